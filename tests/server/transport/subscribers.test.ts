import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { Subscribers, type SubscriberNo } from '../../../server/transport/ws/subscribers.ts';

const addressee = fc.record({
  id: fc.oneof(
    fc.integer({ min: 0, max: 20 }),
    fc.constant(null),
    fc.constantFrom('a', 'é', '"', 'x'.repeat(15), 'x'.repeat(16), 'x'.repeat(64)),
  ),
  jsonrpc: fc.constantFrom('2.0' as const, undefined),
});
const step = fc.record({
  do: fc.constantFrom('join', 'join', 'leave', 'run'),
  addressee,
  who: fc.nat(),
});

function beginningOf({ id, jsonrpc }: { id: unknown; jsonrpc: string | undefined }): string {
  return `{"id":${JSON.stringify(id)},${jsonrpc === undefined ? '' : `"jsonrpc":"${jsonrpc}",`}`;
}

function written(subscribers: Subscribers, no: SubscriberNo): string {
  const bytes = Buffer.alloc(100, '.');
  const end = subscribers.writeBeginning(bytes, 1, no);
  expect(end - 1).toBe(subscribers.beginningBytes(no));
  expect(bytes.subarray(end).every((byte) => byte === 46)).toBe(true);
  return bytes.toString('utf8', 1, end);
}

it('[TRN2] gives those with the same request id one number, and each his own beginning', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const subscribers = new Subscribers(() => {});
      const there: { readonly no: SubscriberNo; readonly text: string }[] = [];
      // Who left lately may still be written to.
      let left: { readonly no: SubscriberNo; readonly text: string }[][] = [[], []];
      for (const { do: what, addressee: to, who } of steps) {
        if (what === 'join') {
          const [no, text] = [subscribers.join(to), beginningOf(to)];
          expect(subscribers.addressee(no)).toEqual(to);
          for (const other of there) expect(other.no === no).toBe(other.text === text);
          there.push({ no, text });
        } else if (what === 'leave' && there.length > 0) {
          const [gone] = there.splice(who % there.length, 1);
          if (gone) subscribers.leave(gone.no);
          if (gone) left[0]?.push(gone);
        } else if (what === 'run') {
          subscribers.endRun();
          left = [[], left[0] ?? []];
        }
        for (const { no, text } of [...there, ...left.flat()]) {
          expect(written(subscribers, no)).toBe(text);
        }
      }
    }),
  );
});

it('asks for a run when one has left, and keeps nothing of him when it may give his number again', () => {
  const onLeft = vi.fn<() => void>();
  const subscribers = new Subscribers(onLeft);
  const [no] = [1, 1].map((id) => subscribers.join({ id, jsonrpc: undefined }));
  if (no === undefined) throw new Error('nobody joined');
  subscribers.leave(no);
  expect(onLeft).not.toHaveBeenCalled();
  subscribers.leave(no);
  expect(onLeft).toHaveBeenCalledOnce();
  subscribers.endRun();
  expect(subscribers.addressee(no)).toEqual({ id: 1, jsonrpc: undefined });
  subscribers.endRun();
  expect(() => subscribers.addressee(no)).toThrow('there is no');
});

it('gives numbers again, so that who comes and goes takes no memory', () => {
  const subscribers = new Subscribers(() => {});
  const numbers = new Set<SubscriberNo>();
  for (let id = 0; id < 1_000; id += 1) {
    const no = subscribers.join({ id, jsonrpc: undefined });
    numbers.add(no);
    subscribers.leave(no);
    subscribers.endRun();
  }
  expect(numbers.size).toBeLessThan(5);
});
