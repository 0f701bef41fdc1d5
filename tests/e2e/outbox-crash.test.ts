import { describe, expect, it, onTestFinished } from 'vitest';
import { createRooms } from '../../client/index.ts';
import { signToken } from '../../server/index.ts';
import { chat, HOUR } from '../../shared/index.ts';
import { serverProcess } from '../kit/server-process.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { waitFor } from '../kit/wait-for.ts';

const SECRET = 'a secret of at least thirty-two characters';
const COUNT = 120;

describe('the outbox and a server that is killed', () => {
  it('[SND2] gets every publish stored once and in order, over kill -9 and restart', async () => {
    const env = { DATA_DIR: tempDir(), AUTH_SECRET: SECRET };
    let server = await serverProcess(env);
    const port = String(server.port);
    const token = () => signToken(SECRET, { id: 'ada', name: 'Ada', expiresAt: Date.now() + HOUR });
    const rooms = createRooms({ chat }, { url: server.socketUrl, token, random: () => 0 });
    onTestFinished(() => rooms.close());
    const room = rooms.chat.join('r', { onGap: 'reload' });
    const seen: string[] = [];
    room.on('message', ({ data }) => seen.push(data.text));
    await room.ready;
    const texts = Array.from({ length: COUNT }, (_, n) => `m${n}`);
    const acks = Promise.all(texts.map((text) => room.send({ text })));
    for (const goal of [20, 60]) {
      await expect.poll(() => seen.length, { interval: 1 }).toBeGreaterThan(goal);
      await server.stop('SIGKILL');
      server = await serverProcess({ ...env, PORT: port });
    }
    const positions = (await acks).map(({ position }) => Number(position.split(':')[1]));
    expect(positions).toEqual(texts.map((_, n) => n + 1));
    await waitFor(() => expect(seen).toEqual(texts));
    const { events } = await room.history({ limit: 200 });
    expect(events.map(({ data }) => ('text' in data ? data.text : ''))).toEqual(texts);
    await waitFor(() => expect(rooms.outbox.getSnapshot()).toEqual([]));
  });
});
