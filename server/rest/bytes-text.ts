import type { z } from 'zod';

/** Bytes as REST writes them: base64. */
export function textOfBytes({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

/** The bytes of base64 text, with the `=` at its end or without. Undefined: it is none. */
export function bytesOfText(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Node passes over what is no base64: what it has read must come to the text again.
  const isWhole = bytes.toString('base64').replace(/=+$/, '') === text.replace(/={1,2}$/, '');
  return isWhole ? new Uint8Array(bytes) : undefined;
}

/** Is it a schema of bytes, such as `bytes()` or `z.instanceof(Uint8Array)`? It says nothing of itself but what its own
 *  test takes, whatever else is asked of the value. */
export function isOfBytes({ _zod: { def } }: z.core.$ZodTypes): boolean {
  if (def.type !== 'custom') return false;
  const takes = (value: unknown) => {
    try {
      return def.fn(value) === true;
    } catch {
      // A test of the contract's own, which expects something else.
      return false;
    }
  };
  return takes(new Uint8Array()) && !takes('') && !takes({});
}
