import fc from 'fast-check';
import { expect, it } from 'vitest';
import { people } from '../kit/chatters.ts';
import { call, rawSocket } from '../kit/raw-socket.ts';

const PROCEDURES = [
  'edit',
  'remove',
  'react',
  'reactors',
  'markRead',
  'markUnread',
  'unread',
  'receipts',
];
const QUERIES = ['reactors', 'unread', 'receipts'];

it('refuses garbage to whatever lives, with a reason, and leaves no trace', async () => {
  const { server, ada } = await people();
  const { position } = await ada.send.mutate({ room: 'r', text: 'a' });
  const socket = await rawSocket(server.socketUrl, await server.token('eve'));
  // Right here and there, so that it gets further than the first check.
  const place = fc.oneof(
    fc.constant(position),
    fc.constantFrom('E:1', '', `${position}/x`),
    fc.jsonValue(),
  );
  const input = fc.record(
    {
      room: fc.oneof(fc.constant('r'), fc.constantFrom('.', 'a/b'), fc.jsonValue()),
      rooms: fc.oneof(fc.constant(['r', '..']), fc.jsonValue()),
      target: place,
      position: place,
      name: fc.oneof(fc.constant('+1'), fc.string({ unit: 'binary' }), fc.jsonValue()),
      on: fc.oneof(fc.constant(false), fc.jsonValue()),
      data: fc.jsonValue(),
      ifVersion: place,
      version: fc.oneof(fc.integer(), fc.jsonValue()),
      extra: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  let id = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PROCEDURES), input, async (name, json) => {
      const type = QUERIES.includes(name) ? 'query' : 'mutation';
      socket.send(call((id += 1), type, `chat.${name}`, json));
      const answer = (await socket.next()) as { error?: { json: { data: { reason: string } } } };
      // Eve may take back a reaction that she never had, ask what is unread, and say that she has read.
      expect(answer.error?.json.data.reason ?? 'done').not.toMatch(/INTERNAL/);
    }),
    { numRuns: 150 },
  );
  const { events } = await ada.history.query({ room: 'r' });
  expect(events).toMatchObject([{ data: { text: 'a' } }]);
});
