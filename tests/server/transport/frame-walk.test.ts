import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameWalk } from '../../../server/transport/ws/frame-walk.ts';
import { clientFrame, OPCODE } from '../../kit/client-frames.ts';

const { continuation, ping, close } = OPCODE;
const begin = clientFrame('a', { isFinal: false });
const more = clientFrame('b', { opcode: continuation, isFinal: false });
const end = clientFrame('c', { opcode: continuation });

/** What a new walk says of chunks, one after the other. */
function walk(...chunks: Buffer[]): string[] {
  const one = new FrameWalk();
  return chunks.map((chunk) => one.take(chunk));
}

const cut = (bytes: Buffer, at: number) => [bytes.subarray(0, at), bytes.subarray(at)] as const;

describe('FrameWalk', () => {
  it('[TRN5] takes whole frames of any length as whole', () => {
    for (const length of [0, 1, 125, 126, 65_535, 65_536, 200_000]) {
      expect(walk(clientFrame('x'.repeat(length)))).toEqual(['whole']);
    }
    expect(walk(Buffer.concat([clientFrame('a'), clientFrame('', { opcode: ping })]))).toEqual([
      'whole',
    ]);
  });

  it('[TRN5] knows a frame that was begun, wherever it is cut', () => {
    const frame = clientFrame('x'.repeat(70_000));
    for (const at of [1, 2, 5, 9, 10, 13, 14, 15, 69_999]) {
      expect(walk(...cut(frame, at))).toEqual(['begun', 'whole']);
    }
  });

  it('[TRN5] takes a message in fragments for one, and pings among them for nothing', () => {
    const [half, rest] = cut(clientFrame('p', { opcode: ping }), 3);
    expect(walk(begin, more, clientFrame('', { opcode: ping }), half, rest, end)).toEqual([
      'begun',
      'same',
      'same',
      'same',
      'same',
      'whole',
    ]);
  });

  it('[TRN5] tells the end of one message and the beginning of the next from one that goes on', () => {
    const both = Buffer.concat([end, begin]);
    expect(walk(begin, both, both)).toEqual(['begun', 'begun', 'begun']);
    const [half, rest] = cut(clientFrame('x'), 3);
    expect(walk(half, Buffer.concat([rest, half]), rest)).toEqual(['begun', 'begun', 'whole']);
  });

  it.each([
    ['no mask', Buffer.from([0x81, 0x01, 0x61])],
    ['a reserved opcode', clientFrame('', { opcode: 3 })],
    ['a reserved control opcode', clientFrame('', { opcode: 0xb })],
    ['a continuation of nothing', end],
    ['a second beginning', Buffer.concat([begin, begin])],
    ['a ping in fragments', clientFrame('', { opcode: ping, isFinal: false })],
    ['a close that is too long', clientFrame('x'.repeat(126), { opcode: close })],
  ])('says that frames are broken by %s', (_, bytes) => {
    expect(walk(bytes)).toEqual(['broken']);
    const one = new FrameWalk();
    const states = Array.from(bytes, (byte) => one.take(Buffer.from([byte])));
    expect(states).toContain('broken');
  });

  it('[TRN5] says the same however the bytes are cut', () => {
    const lengths = fc.constantFrom(0, 1, 5, 125, 126, 300, 65_535, 65_536);
    const control = fc.constantFrom(Buffer.alloc(0), clientFrame('p', { opcode: ping }));
    // A message: the lengths of its fragments, and what comes behind each.
    const fragments = fc.array(fc.tuple(lengths, control), { minLength: 1, maxLength: 4 });
    const cuts = fc.array(fc.nat({ max: 2_000 }), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(fragments, { maxLength: 4 }), cuts, (messages, steps) => {
        const bytes: Buffer[] = [];
        /** Where messages and lone pings begin and end, in bytes. */
        const spans: (readonly [from: number, to: number])[] = [];
        const length = () => bytes.reduce((sum, chunk) => sum + chunk.length, 0);
        for (const message of messages) {
          const from = length();
          for (const [index, [size, between]] of message.entries()) {
            const isFinal = index === message.length - 1;
            const opcode = index === 0 ? OPCODE.text : continuation;
            bytes.push(clientFrame('x'.repeat(size), { opcode, isFinal }));
            if (isFinal) spans.push([from, length()]);
            const at = length();
            bytes.push(between);
            if (isFinal && between.length > 0) spans.push([at, length()]);
          }
        }
        const all = Buffer.concat(bytes);
        const one = new FrameWalk();
        let at = 0;
        for (const step of [...steps, all.length]) {
          const to = Math.min(all.length, at + step);
          const span = spans.find(([from, end_]) => from < to && to < end_);
          const expected = !span ? 'whole' : span[0] >= at ? 'begun' : 'same';
          expect(one.take(all.subarray(at, to))).toBe(expected);
          at = to;
        }
      }),
    );
  });
});
