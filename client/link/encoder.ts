/** How messages become what the wire carries, and back: the counterpart of the server's `encoder`. */
export interface Encoder {
  /** Text goes as a text frame, bytes as a binary one. */
  encode(data: unknown): string | Uint8Array<ArrayBuffer>;
  /** @throws whatever: the frame counts as one that cannot be read */
  decode(data: string | ArrayBuffer): unknown;
}
