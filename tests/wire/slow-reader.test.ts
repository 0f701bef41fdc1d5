import { describe, expect, it, onTestFinished } from 'vitest';
import { startServer, stockClient } from '../kit/clients.ts';
import { call, rawSocket, type RawSocket } from '../kit/raw-socket.ts';
import { waitFor } from '../kit/wait-for.ts';

interface Data {
  readonly result?: { readonly id?: string };
}

/** Reads on until the durable event of an offset has come. Returns the offsets of all that came. */
async function readUntil(socket: RawSocket, last: number): Promise<number[]> {
  const offsets: number[] = [];
  while (offsets.at(-1) !== last) {
    const id = ((await socket.next()) as Data).result?.id;
    if (id !== undefined && !id.includes('/')) offsets.push(Number(id.split(':')[1]));
  }
  return offsets;
}

const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
const text = 'x'.repeat(3_500);
type Trpc = ReturnType<typeof stockClient>['trpc'];

/** Sends so many messages, as many at once as a frame may have calls. */
async function sendMany(trpc: Trpc, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 32) {
    const some = upTo(Math.min(left, 32));
    await Promise.all(some.map(() => trpc.chat.send.mutate({ room: 'r', text })));
  }
}

const limits = { softBytes: 64 * 1024, hardBytes: 256 * 1024 };

describe('a reader', () => {
  it('[TRN4] that is fast gets a burst larger than the budget, and what follows it', async () => {
    const server = await startServer({ publishing: 'off' });
    const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
    const reader = await rawSocket(server.socketUrl, await server.token('bob'));
    reader.send(call(1, 'subscription', 'chat.events', { room: 'r' }));
    await reader.next();
    await sendMany(trpc, 200);
    await trpc.chat.send.mutate({ room: 'r', text: 'last' });
    expect(await readUntil(reader, 201)).toEqual(upTo(201));
  });

  it('[RES5] that stops and goes on gets every durable event, in order, none twice', async () => {
    const server = await startServer({ limits, publishing: 'off' });
    const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
    const reader = await rawSocket(server.socketUrl, await server.token('bob'));
    const other = await rawSocket(server.socketUrl, await server.token('cy'));
    for (const socket of [reader, other]) {
      socket.send(call(1, 'subscription', 'chat.events', { room: 'r' }));
      await socket.next();
    }
    reader.ws.pause();
    for (let index = 0; index < 40; index += 1) {
      await sendMany(trpc, 100);
    }
    // Others are served meanwhile.
    expect(await readUntil(other, 4_000)).toEqual(upTo(4_000));
    reader.ws.resume();
    expect(await readUntil(reader, 4_000)).toEqual(upTo(4_000));
  });

  it('[TRN4] that has stopped is cut, and resumes where it stood', async () => {
    const server = await startServer({
      limits: { ...limits, stallMs: 300 },
      publishing: 'off',
      presence: { holdMs: 0 },
    });
    const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
    const token = await server.token('bob');
    const reader = await rawSocket(server.socketUrl, token);
    reader.send(call(1, 'subscription', 'chat.events', { room: 'r' }));
    await reader.next();
    reader.ws.pause();
    const members = async () => (await trpc.chat.members.query({ room: 'r' })).count;
    let sent = 0;
    // Until what the kernel takes by itself is full too.
    while ((await members()) > 0) {
      await sendMany(trpc, 50);
      sent += 50;
    }
    const again = await rawSocket(server.socketUrl, token);
    const { events } = await trpc.chat.history.query({ room: 'r', limit: 1 });
    const epoch = events[0]?.position.split(':')[0];
    again.send(call(1, 'subscription', 'chat.events', { room: 'r', lastEventId: `${epoch}:10` }));
    expect(await readUntil(again, sent)).toEqual(upTo(sent, 11));
  });

  it('[TRN4] that only sips stays, however long it takes, and gets everything once', async () => {
    // Far shorter than the whole takes: only standing still would be cut.
    const server = await startServer({ limits: { ...limits, stallMs: 500 }, publishing: 'off' });
    const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
    const reader = await rawSocket(server.socketUrl, await server.token('bob'));
    reader.send(call(1, 'subscription', 'chat.events', { room: 'r' }));
    await reader.next();
    reader.ws.pause();
    // What has been read already comes all the same: some 16 messages.
    reader.ws.on('message', () => reader.ws.pause());
    const startedAt = performance.now();
    // Slower than is sent, so that he falls behind on any machine.
    for (let index = 0; index < 60; index += 1) {
      await sendMany(trpc, 50);
      reader.ws.resume();
    }
    const sip = setInterval(() => reader.ws.resume(), 15);
    onTestFinished(() => clearInterval(sip));
    expect(await readUntil(reader, 3_000)).toEqual(upTo(3_000));
    expect(performance.now() - startedAt).toBeGreaterThan(1_000);
    const figures = await (await fetch(`${server.url}/metrics`)).text();
    expect(figures).toMatch(/^trpc_rooms_\S*caught_up\S* [1-9]/m);
    expect(figures).toMatch(/cut\S*slow_reader\S* 0$/m);
  });

  it('[TRN4] that follows many rooms and pauses is not cut for it, and gets all of each, in order', async () => {
    const server = await startServer({ limits, publishing: 'off' });
    const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
    const reader = await rawSocket(server.socketUrl, await server.token('bob'));
    // One message of each is more than may wait for him in all.
    const rooms = upTo(60).map((no) => `r${no}`);
    for (const [no, room] of rooms.entries()) {
      reader.send(call(no, 'subscription', 'chat.events', { room }));
    }
    const seen = rooms.map((): number[] => []);
    let begun = 0;
    const read = async () => {
      const { id: no, result } = (await reader.next()) as Data & { readonly id: number };
      const [, offset, others] = /:(\d+)(\/.*)?$/.exec(result?.id ?? '') ?? [];
      if (others) begun += 1;
      else if (offset) seen[no]?.push(Number(offset));
    };
    while (begun < rooms.length) await read();
    reader.ws.pause();
    const [rounds, wide] = [20, 'é'.repeat(3_500)];
    for (let round = 0; round < rounds; round += 1) {
      for (const some of [rooms.slice(0, 30), rooms.slice(30)]) {
        await Promise.all(some.map((room) => trpc.chat.send.mutate({ room, text: wide })));
      }
    }
    reader.ws.resume();
    while (seen.some(({ length }) => length < rounds)) await read();
    for (const offsets of seen) expect(offsets).toEqual(upTo(rounds));
    const figures = await (await fetch(`${server.url}/metrics`)).text();
    expect(figures).toMatch(/cut\S*slow_reader\S* 0$/m);
  });

  it('[TRN4] that asks and does not read has no more done for him than may wait, and is cut', async () => {
    let asked = 0;
    const server = await startServer({
      limits: { ...limits, stallMs: 500 },
      publishing: 'off',
      authorize: ({ action }) => {
        if (action === 'history') asked += 1;
        return true;
      },
    });
    const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
    for (let index = 0; index < 100; index += 1) await trpc.chat.send.mutate({ room: 'r', text });
    const greedy = await rawSocket(server.socketUrl, await server.token('bob'));
    greedy.ws.pause();
    for (let id = 1; id <= 200; id += 1) {
      greedy.send(call(id, 'query', 'chat.history', { room: 'r', limit: 100 }));
    }
    await waitFor(async () => {
      const figures = await (await fetch(`${server.url}/metrics`)).text();
      expect(figures).toMatch(/cut\S*slow_reader\S* 1$/m);
    });
    expect(asked).toBeLessThan(100);
    greedy.ws.resume();
    expect((await greedy.closed).code).toBe(1006);
  });
});
