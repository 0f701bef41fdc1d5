import { describe, expect, it } from 'vitest';
import { signToken } from '../../server/index.ts';
import { HOUR, parsePosition } from '../../shared/index.ts';
import { stockClient } from '../kit/clients.ts';
import { serverProcess, type ServerProcess } from '../kit/server-process.ts';
import { tempDir } from '../kit/temp-dir.ts';

const SECRET = 'a secret of at least thirty-two characters';
const tokenFor = (id: string) => signToken(SECRET, { id, name: id, expiresAt: Date.now() + HOUR });

interface Acked {
  readonly key: string;
  readonly text: string;
  readonly position: string;
}

/** Sends one message after the other until the server is gone. Keeps what was acknowledged. */
async function writeUntilGone(
  server: ServerProcess,
  writer: string,
  acked: Acked[],
): Promise<void> {
  const { trpc, socket } = stockClient(server.socketUrl, await tokenFor(writer));
  // What the client has not sent when its connection closes waits for another one: there will be none.
  const gone = new AbortController();
  socket.connectionState.subscribe({ next: ({ error }) => void (error && gone.abort()) });
  const { signal } = gone;
  for (let index = 0; ; index += 1) {
    const key = `${writer}-${acked.length}-${index}`;
    const text = `${key} says hello`;
    const input = { room: 'r', text, idempotencyKey: key };
    const ack = await trpc.chat.send.mutate(input, { signal }).catch(() => undefined);
    if (!ack) break;
    acked.push({ key, text, position: ack.position });
  }
  await socket.close();
}

async function readAll(server: ServerProcess) {
  const { trpc } = stockClient(server.socketUrl, await tokenFor('reader'));
  const events = [];
  for (let after: string | undefined; ;) {
    const input = after === undefined ? { before: undefined } : { after };
    const page = await trpc.chat.history.query({ room: 'r', limit: 200, ...input });
    if (after === undefined && page.hasMore) {
      // From the beginning: the first page asked was the newest.
      after = `${parsePosition(page.events[0]?.position ?? '')?.epoch}:0`;
      continue;
    }
    events.push(...page.events);
    if (!page.hasMore) return events;
    after = events.at(-1)?.position;
  }
}

describe('a server that is killed', () => {
  it('[LOG1] [LOG2] has every acknowledged event, each once, without holes', async () => {
    const env = { DATA_DIR: tempDir(), AUTH_SECRET: SECRET };
    const acked: Acked[] = [];
    for (const goal of [50, 300, 600]) {
      const server = await serverProcess(env);
      const writers = ['w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7', 'w8'];
      const writing = writers.map((writer) => writeUntilGone(server, `${writer}-${goal}`, acked));
      // Wherever it is after so many acks: in a transaction, between commit and ack, …
      await expect.poll(() => acked.length, { interval: 1, timeout: 15_000 }).toBeGreaterThan(goal);
      expect(await server.stop('SIGKILL')).toBe('SIGKILL');
      await Promise.all(writing);
    }
    const server = await serverProcess(env);
    const events = await readAll(server);
    const offsets = events.map(({ position }) => parsePosition(position)?.offset);
    expect(offsets).toEqual(offsets.map((_, index) => index + 1));
    expect(new Set(events.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(events.length);
    const byKey = new Map(events.map((event) => [event.idempotencyKey, event]));
    for (const { key, text, position } of acked) {
      expect(byKey.get(key)).toMatchObject({ position, data: { text } });
    }
    expect(new Set(events.map(({ position }) => parsePosition(position)?.epoch)).size).toBe(1);
  });

  it('[SND1] finds out by its key what became of a message without an ack', async () => {
    const env = { DATA_DIR: tempDir(), AUTH_SECRET: SECRET };
    const server = await serverProcess(env);
    const { trpc, socket } = stockClient(server.socketUrl, await tokenFor('ada'));
    await trpc.chat.send.mutate({ room: 'r', text: 'first', idempotencyKey: 'first' });
    const inFlight = Array.from({ length: 20 }, (_, index) => {
      const key = `key-${index}`;
      return trpc.chat.send.mutate({ room: 'r', text: key, idempotencyKey: key }).catch(() => null);
    });
    await inFlight[0];
    await server.stop('SIGKILL');
    await Promise.all(inFlight);
    await socket.close();
    const next = await serverProcess(env);
    const again = stockClient(next.socketUrl, await tokenFor('ada')).trpc;
    for (let index = 0; index < 20; index += 1) {
      const key = `key-${index}`;
      await again.chat.send.mutate({ room: 'r', text: key, idempotencyKey: key });
    }
    const events = await readAll(next);
    expect(events.map(({ data }) => ('text' in data ? data.text : '')).toSorted()).toEqual(
      ['first', ...Array.from({ length: 20 }, (_, index) => `key-${index}`)].toSorted(),
    );
  });
});
