import { initTRPC } from '@trpc/server';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Addressee } from '../../../server/transport/ws/addressee.ts';
import { Envelopes } from '../../../server/transport/ws/envelope.ts';
import { jsonEncoder, type Encoder } from '../../../server/transport/ws/encoder.ts';
import { FlushQueue } from '../../../server/transport/ws/flush-queue.ts';
import { TcpWrites } from '../../../server/transport/ws/tcp-writes.ts';
import { directWrites } from '../../kit/direct-writes.ts';
import { openSeats } from '../../kit/outbound-seats.ts';
import { settle } from '../../kit/settle.ts';
import { waitFor } from '../../kit/wait-for.ts';

const router = initTRPC.create().router({});
const limits = { softBytes: 2 ** 18, hardBytes: 2 ** 20 };

// JSON in text frames, and yet not the encoder whose frames have a part that they share.
const ownEncoder: Encoder = { ...jsonEncoder };

const turns = fc.array(
  fc.array(
    fc.record({
      seat: fc.integer({ min: 0, max: 2 }),
      what: fc.constantFrom('item', 'item', 'item', 'other subscription', 'text'),
      no: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 30 },
  ),
  { minLength: 1, maxLength: 4 },
);

describe.each([
  ['JSON', jsonEncoder, 'by itself'],
  ['JSON', jsonEncoder, 'directly'],
  ['an encoder of its own', ownEncoder, 'by itself'],
])('Outbound, with %s, %s', (_, encoder, way) => {
  it('[TRN3] brings everything of every turn once and in order, whatever it is', async () => {
    const queue = new FlushQueue();
    const envelopes = new Envelopes(router, encoder, queue);
    const writes = TcpWrites.find();
    const direct = way === 'directly' ? directWrites({ queue, envelopes, writes }) : undefined;
    const seats = await openSeats(3, { queue, limits, writes, direct });
    // The first two have the same request ids.
    const mine = [1, 1, 2].map((id) => envelopes.subscribers.join({ id, jsonrpc: undefined }));
    const others = [7, 7, 8].map((id) => envelopes.subscribers.join({ id, jsonrpc: '2.0' }));
    const expected: unknown[][] = [[], [], []];
    let told = 0;
    await fc.assert(
      fc.asyncProperty(turns, async (all) => {
        for (const turn of all) {
          told += 1;
          const items = [0, 1, 2, 3].map((no) => ({ id: `e:${no}`, data: { told, no } }));
          for (const { seat, what, no } of turn) {
            const item = items[no];
            const outbound = seats[seat]?.outbound;
            const to = (what === 'item' ? mine : others)[seat];
            if (!outbound || !item || !to) throw new Error('no such seat');
            if (what === 'text') outbound.send(JSON.stringify({ text: told }));
            else outbound.sendItem(envelopes, item, to);
            expected[seat]?.push(
              what === 'text' ? { text: told } : replyOf(item, envelopes.subscribers.addressee(to)),
            );
          }
          await settle();
        }
        await waitFor(() =>
          expect(seats.map(({ got }) => got.length)).toEqual(expected.map((list) => list.length)),
        );
        const got = seats.map((seat) =>
          seat.got.splice(0).map((text) => JSON.parse(text) as unknown),
        );
        expect(got).toEqual(expected.map((list) => list.splice(0)));
      }),
      { numRuns: 60 },
    );
  });
});

function replyOf({ id, data }: { id: string; data: unknown }, to: Addressee): unknown {
  const version = to.jsonrpc === undefined ? {} : { jsonrpc: to.jsonrpc };
  return { id: to.id, ...version, result: { type: 'data', data: { id, data }, id } };
}
