import { z } from 'zod';

// As JSON a byte is a number of up to three digits and a comma, and a message has 64 KiB.
const MOST_SENT = 16_000;

/** A schema of bytes in events: a Uint8Array of at most `max` bytes (default 16,000, which surely fit into one message).
 *  Over REST it is base64 text, and documents say so. Of what a server's own code publishes as a Buffer, which no client
 *  could read, it makes a plain one; clients send a plain one. */
export function bytes({ max = MOST_SENT }: { readonly max?: number } = {}): z.ZodType<
  Uint8Array<ArrayBuffer>,
  Uint8Array
> {
  const schema = z
    .instanceof(Uint8Array, { error: 'must be bytes: a Uint8Array, over REST base64 text' })
    .refine(({ length }) => length <= max, { error: `must be at most ${max} bytes` })
    .overwrite((value) => (isPlain(value) ? value : new Uint8Array(value)));
  // Base64 has four characters for three bytes, and fills the last ones up.
  const maxLength = Math.ceil(max / 3) * 4;
  return schema.meta({ type: 'string', contentEncoding: 'base64', maxLength });
}

function isPlain({ constructor, buffer }: Uint8Array): boolean {
  return constructor === Uint8Array && buffer instanceof ArrayBuffer;
}
