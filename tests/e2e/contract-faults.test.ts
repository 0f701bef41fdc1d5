import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLogger } from '../../server/logger.ts';
import { defineRoom, durable, type RoomKind } from '../../shared/index.ts';
import { call, rawSocket } from '../kit/raw-socket.ts';
import { readyServer } from '../kit/ready-server.ts';
import { restAs } from '../kit/rest.ts';
import { SERVER_KEY } from '../kit/rest-server.ts';

const TORN = 'the list of words is gone';
const LATER = 'Encountered Promise during synchronous parse';

const isClean = (text: string) => {
  if (text === 'torn') throw new Error(TORN);
  return text !== 'later' || Promise.resolve(true);
};
const board = defineRoom('board', {
  events: {
    note: durable(z.object({ text: z.string().refine(isClean as (text: string) => boolean) }), {
      publish: 'client',
      editable: true,
    }),
  },
  shorthands: { send: 'note' },
});

/** A server, what it logs, and how a mutation is called over the ways that there are. */
async function stage() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const rooms: { board: RoomKind } = { board };
  const logger = createLogger('error', { write });
  const server = await readyServer({ serverKeys: [SERVER_KEY] }, { rooms, logger });
  const token = await server.token('ada');
  const socket = await rawSocket(server.socketUrl, token);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const post = async (path: string, body: string) => {
    const answer = await fetch(`${server.url}/trpc/${path}`, { method: 'POST', headers, body });
    return (await answer.json()) as { error: { json: Reply } };
  };
  const ways = {
    WebSocket: async (path: string, input: unknown) => {
      socket.send(call(1, 'mutation', `board.${path}`, input));
      return ((await socket.next()) as { error: { json: Reply } }).error.json;
    },
    HTTP: async (path: string, input: unknown) =>
      (await post(`board.${path}`, JSON.stringify({ json: input }))).error.json,
  };
  const backend = await restAs(server, { bearer: SERVER_KEY });
  return { lines, server, ways, post, backend, ada: await restAs(server, { user: 'ada' }) };
}

interface Reply {
  readonly message: string;
  readonly data: { readonly reason: string };
}

const faultIn = (text: string) => /^internal error \(fault (\w+)\)$/.exec(text)?.[1];

describe('a schema of the contract that fails', () => {
  it.each([
    ['WebSocket', 'torn', TORN],
    ['WebSocket', 'later', LATER],
    ['HTTP', 'torn', TORN],
    ['HTTP', 'later', LATER],
  ] as const)(
    '[CON3] is a fault of the server, with an id that its log knows: %s, %s',
    async (way, text, why) => {
      const { lines, ways } = await stage();
      for (const [path, input] of [
        ['publish', { room: 'r', type: 'note', data: { text } }],
        ['send', { room: 'r', text }],
      ] as const) {
        const { message, data } = await ways[way](path, input);
        expect(data.reason).toBe('INTERNAL');
        const fault = faultIn(message);
        expect(fault).toBeDefined();
        expect(lines.splice(0)).toMatchObject([
          { msg: 'a call failed', path: `board.${path}`, fault, err: { message: has(why) } },
        ]);
      }
    },
  );

  it('[CON3] is one over REST too, also for a backend', async () => {
    const { lines, ada, backend } = await stage();
    const event = { type: 'note', data: { text: 'torn' } };
    for (const [who, path, body] of [
      [ada, 'board/rooms/r/publish', event],
      [backend, 'board/rooms/r/publish', event],
      [backend, 'board/broadcast', { rooms: ['r'], ...event }],
    ] as const) {
      const { status, body: answer } = await who('POST', path, body);
      expect([status, answer['reason']]).toEqual([500, 'INTERNAL']);
      const fault = faultIn(String(answer['detail']));
      expect(lines.splice(0)).toMatchObject([{ fault, err: { message: has(TORN) } }]);
    }
  });

  it("[CON3] throws what it throws at the server's own code", async () => {
    const { rooms } = (await stage()).server;
    const { position } = await rooms.publish('board', 'r', 'note', { text: 'fine' });
    await expect(rooms.publish('board', 'r', 'note', { text: 'torn' })).rejects.toThrow(TORN);
    await expect(rooms.publish('board', 'r', 'note', { text: 'later' })).rejects.toThrow(LATER);
    await expect(rooms.edit('board', 'r', position, { text: 'torn' })).rejects.toThrow(TORN);
  });

  it('is not blamed for an input that it refuses, nor for a message that cannot be read', async () => {
    const { lines, ways, post } = await stage();
    const wrong = { room: 'r', text: 5 };
    for (const way of [ways.WebSocket, ways.HTTP]) {
      expect((await way('send', wrong)).data).toMatchObject({
        reason: 'BAD_INPUT',
        issues: [{ path: 'text' }],
      });
    }
    const unread = '{"json":{"room":"r","text":"torn"';
    expect((await post('board.send', unread)).error.json).toMatchObject({
      message: 'the message cannot be read',
      data: { reason: 'BAD_INPUT' },
    });
    expect(lines).toEqual([]);
  });
});

function has(text: string): unknown {
  return expect.stringContaining(text);
}
