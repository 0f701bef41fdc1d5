import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wholeText } from '../../../server/transport/ws/whole-text.ts';
import { clientFrame, maskedWith, OPCODE } from '../../kit/client-frames.ts';

const MOST = 70_000;
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.integer({ min: 0, max: 65_000 }).map((length) => 'x'.repeat(length)),
);
const mask = fc.uint8Array({ minLength: 4, maxLength: 4 });

/** What a client sends, in a buffer with something before and behind it, as sockets give. */
const sent = (payload: string | Uint8Array, by: Uint8Array, form = {}) => {
  const frame = maskedWith(clientFrame(payload, form), by);
  const around = Buffer.concat([Buffer.from('before'), frame, Buffer.from('behind')]);
  return around.subarray(6, 6 + frame.length);
};

describe('wholeText', () => {
  it('gives what is said in a chunk that is one whole text message, whatever its mask', () => {
    fc.assert(
      fc.property(text, mask, (said, by) => {
        expect(wholeText(sent(said, by), MOST)?.toString()).toBe(said);
      }),
    );
  });

  it('leaves every other chunk as it was', () => {
    const form = fc.record({
      opcode: fc.constantFrom(...Object.values(OPCODE), 2, 3, 0x41),
      isFinal: fc.boolean(),
    });
    const cut = fc.tuple(text, mask).chain(([said, by]) => {
      const whole = sent(said, by);
      return fc.integer({ min: 0, max: whole.length - 1 }).map((end) => whole.subarray(0, end));
    });
    const other = fc.tuple(text, mask, form).map(([said, by, how]) => sent(said, by, how));
    const longer = fc.tuple(text, mask).map(([said, by]) => Buffer.concat([sent(said, by), by]));
    const bad = mask.map((by) => sent(Uint8Array.of(0x61, 0xc3, 0x28), by));
    const unmasked = text.map((said) => {
      const frame = clientFrame(said);
      frame[1]! &= 0x7f;
      return frame;
    });
    const isText = (chunk: Buffer) => chunk[0] === 0x81;
    fc.assert(
      fc.property(
        fc.oneof(
          cut,
          other.filter((chunk) => !isText(chunk)),
          longer,
          bad,
          unmasked.filter((chunk) => (chunk[1] ?? 0) < 0x80),
        ),
        (chunk) => {
          const before = Buffer.from(chunk);
          expect(wholeText(chunk, MOST)).toBeUndefined();
          expect(chunk.equals(before)).toBe(true);
        },
      ),
    );
  });

  it('[TRN5] takes no more than it may', () => {
    const by = Uint8Array.of(1, 2, 3, 4);
    expect(wholeText(sent('x'.repeat(1_000), by), 1_000)?.length).toBe(1_000);
    expect(wholeText(sent('x'.repeat(1_001), by), 1_000)).toBeUndefined();
  });
});
