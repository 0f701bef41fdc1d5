/** How messages become what the wire carries, and back. The client's must be its counterpart. */
export interface Encoder {
  /** Text goes as a text frame, bytes as a binary one. */
  encode(data: unknown): string | Uint8Array<ArrayBuffer>;
  /** @throws whatever: the sender is told that his message cannot be read */
  decode(data: string | ArrayBuffer | Uint8Array): unknown;
}

/** The default: JSON in text frames. */
export const jsonEncoder: Encoder = {
  encode: (data) => JSON.stringify(data),
  decode: (data) => {
    // In tRPC's words: whoever sends it gets them.
    if (typeof data !== 'string')
      throw new Error(
        'jsonEncoder received binary data. JSON uses text frames. Use a binary encoder for binary data.',
      );
    return JSON.parse(data) as unknown;
  },
};
