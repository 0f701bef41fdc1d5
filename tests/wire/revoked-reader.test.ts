import { describe, expect, it } from 'vitest';
import { startServer, stockClient } from '../kit/clients.ts';
import { call, rawSocket } from '../kit/raw-socket.ts';
import { callsAs } from '../kit/rooms-api.ts';

interface Data {
  readonly result?: {
    readonly type: string;
    readonly id?: string;
    readonly data?: { readonly json: { readonly data?: { readonly type: string } } };
  };
}

const MANY = 3_000;

describe('a reader that has stopped', () => {
  it('[AUT1] and is shut out meanwhile gets what was handed to his socket, and nothing more', async () => {
    const limits = { softBytes: 64 * 1024, hardBytes: 256 * 1024 };
    const server = await startServer({ limits, publishing: 'off' });
    const as = callsAs(server);
    const { room } = await as('ada', 'create', { private: true });
    await as('ada', 'invite', { room, user: 'bob' });
    await as('bob', 'accept', { room });
    const reader = await rawSocket(server.socketUrl, await server.token('bob'));
    reader.send(call(1, 'subscription', 'chat.events', { room }));
    await reader.next();
    reader.ws.pause();
    const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
    const text = 'x'.repeat(3_500);
    for (let left = MANY; left > 0; left -= 30) {
      await Promise.all(Array.from({ length: 30 }, () => trpc.chat.send.mutate({ room, text })));
    }
    await as('ada', 'removeMember', { room, user: 'bob' });
    await as('ada', 'send', { room, text: 'later' });
    reader.ws.resume();
    const types: string[] = [];
    for (;;) {
      const { result } = (await reader.next()) as Data;
      if (result?.type === 'stopped') break;
      types.push(result?.data?.json.data?.type ?? 'nothing');
    }
    const events = types.filter((type) => type === 'event').length;
    expect(types.at(-1)).toBe('revoked');
    // What the kernel has taken is beyond anybody's reach; what waited in the feed is most of it.
    expect(events).toBeLessThan(MANY);
    expect(types.filter((type) => type === 'revoked')).toHaveLength(1);
  });
});
