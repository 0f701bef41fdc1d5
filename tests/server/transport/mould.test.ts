import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Chain } from '../../../server/transport/ws/chain.ts';
import { FlushQueue } from '../../../server/transport/ws/flush-queue.ts';
import { frameBytes } from '../../../server/transport/ws/frame-bytes.ts';
import { ItemFrames } from '../../../server/transport/ws/item-frames.ts';
import { settle } from '../../kit/settle.ts';

const never = () => expect.unreachable('the items have tails');

/** Items with those tails, one behind the other. */
function chainOf(tails: readonly string[]): Chain {
  const items = tails.map(
    (tail, no) => new ItemFrames({ id: `e:${no}`, data: null }, Buffer.from(tail), never),
  );
  return items.reduce((link, item) => link.with(item), new Chain());
}

const tail = fc.constantFrom('t', 'tail', 'x'.repeat(118), 'x'.repeat(130), 'x'.repeat(65_600));
const chains = fc.array(fc.array(tail, { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 3,
});
const id = fc.constantFrom('a', 'b', 'c1', 'c2', 'long-one', 'long-two', 'b'.repeat(100));
const calls = fc.array(
  fc.record({
    chain: fc.nat(),
    id,
    fate: fc.constantFrom('write', 'write', 'write', 'keep', 'copy'),
  }),
  { maxLength: 40 },
);

it('[TRN2] gives everybody his own, and leaves what is kept and what was copied as it is', async () => {
  await fc.assert(
    fc.asyncProperty(chains, calls, calls, async (tails, first, second) => {
      const queue = new FlushQueue();
      const held: { readonly bytes: Buffer; readonly expected: Buffer }[] = [];
      for (const turn of [first, second]) {
        const all = tails.map(chainOf);
        queue.add({
          flush: () => {
            for (const call of turn) {
              const no = call.chain % all.length;
              const [chain, texts] = [all[no], tails[no]];
              if (!chain || !texts) continue;
              const to = queue.subscribers.join({ id: call.id, jsonrpc: undefined });
              const frames = texts.map((text) => frameBytes(`{"id":"${call.id}",${text}`));
              const expected = Buffer.concat(frames);
              const bytes = queue.bytesOf(chain, to, expected.length);
              expect(bytes.equals(expected)).toBe(true);
              if (call.fate === 'keep') queue.keep(bytes);
              if (call.fate === 'keep') held.push({ bytes, expected });
              if (call.fate === 'copy') held.push({ bytes: queue.copyOf(bytes), expected });
            }
          },
        });
        await settle();
      }
      for (const { bytes, expected } of held) expect(bytes.equals(expected)).toBe(true);
    }),
    { numRuns: 200 },
  );
});
