import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteLength, packFrames } from '../../../client/link/frames.ts';

const calls = (frames: readonly string[]): unknown[] =>
  frames.flatMap((frame) => JSON.parse(frame) as unknown);
const message = fc
  .string({ unit: 'grapheme', maxLength: 300 })
  .map((text) => JSON.stringify({ text }));

describe('packFrames', () => {
  it('puts what one turn asks for into one frame', () => {
    expect(packFrames(['{"id":1}'])).toEqual(['{"id":1}']);
    expect(packFrames(['{"id":1}', '{"id":2}'])).toEqual(['[{"id":1},{"id":2}]']);
    expect(packFrames([])).toEqual([]);
  });

  it('[TRN6] puts at most 32 calls into a frame: 128 rooms take four', () => {
    const frames = packFrames(Array.from({ length: 128 }, (_, id) => JSON.stringify({ id })));
    expect(frames.map((frame) => calls([frame]).length)).toEqual([32, 32, 32, 32]);
  });

  it('[TRN6] keeps order, count and bytes, whatever the messages are', () => {
    const bounds = { maxCalls: 4, maxBytes: 512 };
    fc.assert(
      fc.property(fc.array(message, { maxLength: 40 }), (messages) => {
        const frames = packFrames(messages, bounds);
        expect(calls(frames)).toEqual(messages.map((text) => JSON.parse(text) as unknown));
        for (const frame of frames) {
          const count = frame.startsWith('[') ? (JSON.parse(frame) as unknown[]).length : 1;
          expect(count).toBeLessThanOrEqual(4);
          if (count > 1) expect(byteLength(frame)).toBeLessThanOrEqual(512);
        }
      }),
    );
  });

  it('gives a message that is too large by itself a frame of its own', () => {
    const large = JSON.stringify('x'.repeat(600));
    expect(packFrames(['1', large, '2', '3'], { maxBytes: 512 })).toEqual(['1', large, '[2,3]']);
  });
});
