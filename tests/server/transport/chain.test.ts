import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Chain } from '../../../server/transport/ws/chain.ts';
import { frameBytes } from '../../../server/transport/ws/frame-bytes.ts';
import { ItemFrames } from '../../../server/transport/ws/item-frames.ts';
import { Subscribers } from '../../../server/transport/ws/subscribers.ts';

const never = () => expect.unreachable('the items have tails');

function item(tail: Buffer): ItemFrames {
  return new ItemFrames({ id: 'e:1', data: null }, tail, never);
}

/** The frame of an item by itself, for the subscriber with that request id. */
function frameOf({ tail = Buffer.of() }: ItemFrames, id: string): Buffer {
  return frameBytes(`{"id":"${id}",${tail.toString()}`);
}

// On both sides of where the length of a frame takes more bytes (RFC 6455, 5.2).
const sizes = fc.oneof(
  fc.integer({ min: 1, max: 200 }),
  fc.constantFrom(105, 106, 65_515, 65_516, 65_517),
);
const tails = fc.array(sizes, { minLength: 1, maxLength: 8 });

it('[TRN3] writes one frame behind the other, in the order of the items', () => {
  fc.assert(
    fc.property(tails, fc.constantFrom(0, 10, 11, 12, 40), (lengths, idLength) => {
      const id = 'b'.repeat(idLength);
      const subscribers = new Subscribers(() => {});
      const to = subscribers.join({ id, jsonrpc: undefined });
      const items = lengths.map((length, no) => item(Buffer.alloc(length, `${no}`)));
      const frames = items.map((one) => frameOf(one, id));
      const chain = items.reduce((link, one) => link.with(one), new Chain());
      const before = Buffer.from('before');
      const expected = Buffer.concat([before, ...frames]);
      const bytes = Buffer.alloc(expected.length, before);
      expect(chain.write(bytes, before.length, { subscribers, to })).toBe(expected.length);
      expect(bytes.equals(expected)).toBe(true);
    }),
  );
});

it('[TRN2] is one for all who got the same, and another for who did not', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((text) => item(Buffer.from(text))) as [
    ItemFrames,
    ItemFrames,
    ItemFrames,
  ];
  const start = new Chain();
  const all = start.with(a).with(b).with(c);
  expect(start.with(a).with(b).with(c)).toBe(all);
  const without = start.with(a).with(c);
  expect(without).not.toBe(all);
  const subscribers = new Subscribers(() => {});
  const to = subscribers.join({ id: 'x', jsonrpc: undefined });
  for (const [chain, items] of [
    [without, [a, c]],
    [all, [a, b, c]],
  ] as const) {
    const expected = Buffer.concat(items.map((one) => frameOf(one, 'x')));
    const bytes = Buffer.alloc(expected.length);
    chain.write(bytes, 0, { subscribers, to });
    expect(bytes.equals(expected)).toBe(true);
  }
});

it('[TRN2] makes a frame that shares no tail once for all with the same request id', () => {
  const whole = (to: number) => Buffer.from(`${to}`);
  const one = new ItemFrames({ id: 'e:1', data: null }, undefined, whole);
  expect(one.frame(1)).toBe(one.frame(1));
  expect(one.frame(2)).not.toBe(one.frame(1));
});
