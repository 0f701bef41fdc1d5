import { describe, expect, it } from 'vitest';
import { startServer, stockClient, follow } from '../kit/clients.ts';
import { tempDir } from '../kit/temp-dir.ts';

/** A server with three messages in `r` and one in `other`, and a stock client. */
async function stage() {
  const server = await startServer({ dataDir: tempDir() });
  const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
  const send = (room: string, text: string) => trpc.chat.send.mutate({ room, text });
  for (const text of ['a', 'b', 'c']) await send('r', text);
  const { position } = await send('other', 'elsewhere');
  return { trpc, send, epoch: position.split(':')[0] ?? '' };
}

describe('positions that are none of the room’s', () => {
  it.each([
    ['never given', 'forged'],
    ['negative', 'E:-1'],
    ['of 50,000 digits', `E:${'9'.repeat(50_000)}`],
    ['with another thing behind it', 'E:1; DROP TABLE events'],
  ])('[RES3] are refused when %s', async (_, lastEventId) => {
    const { trpc, send } = await stage();
    const refused = (path: string) => ({
      data: { code: 'BAD_REQUEST', reason: 'BAD_INPUT', issues: [{ path }] },
    });
    const [room, place] = ['r', lastEventId];
    const calls = {
      lastEventId: () => follow(trpc, room, place),
      after: () => trpc.chat.history.query({ room, after: place }),
      replyTo: () => trpc.chat.send.mutate({ room, text: 'x', replyTo: place }),
      target: () => trpc.chat.remove.mutate({ room, target: place }),
      position: () => trpc.chat.markRead.mutate({ room, position: place }),
    };
    for (const [path, call] of Object.entries(calls)) {
      await expect(call()).rejects.toMatchObject(refused(path));
    }
    expect(await send('r', 'd')).toMatchObject({ position: expect.stringMatching(/:4$/) });
  });

  it.each([
    ['of another epoch', () => 'nowhere:2', 'epoch-changed'],
    ['of the future', (epoch: string) => `${epoch}:4`, 'ahead-of-server'],
    ['of the last future', (epoch: string) => `${epoch}:9007199254740991`, 'ahead-of-server'],
  ])('[RES3] are a gap when %s, and the stream goes on', async (_, since, reason) => {
    const { trpc, send, epoch } = await stage();
    const followed = await follow(trpc, 'r', since(epoch));
    expect(followed.frames[0]?.data).toMatchObject({
      type: 'ready',
      start: 'gap',
      position: `${epoch}:3`,
      gap: { reason, from: since(epoch), to: `${epoch}:3` },
    });
    await send('r', 'd');
    await expect.poll(followed.texts).toEqual(['d']);
  });

  it('[RES2] of many at once give each his own, whatever the others ask for', async () => {
    const { trpc, send, epoch } = await stage();
    for (let no = 4; no <= 30; no += 1) await send('r', `n${no}`);
    const places = [0, 29, 12, 30, 12, 31, 0, 3, 28];
    const all = await Promise.all(places.map((place) => follow(trpc, 'r', `${epoch}:${place}`)));
    await send('r', 'last');
    for (const [index, place] of places.entries()) {
      const texts = all[index]?.texts ?? (() => []);
      await expect.poll(() => texts().at(-1)).toBe('last');
      expect(texts()).toHaveLength(place > 30 ? 1 : 31 - place);
    }
  });
});
