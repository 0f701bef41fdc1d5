import { expect, it, onTestFinished } from 'vitest';
import { createRooms } from '../../client/index.ts';
import { chat } from '../../shared/index.ts';
import { sdkClient, startServer } from '../kit/clients.ts';
import { roadTo } from '../kit/road.ts';
import { waitFor } from '../kit/wait-for.ts';

const CLIENTS = 30;
const ROADS = 3;
const ROUNDS = 3;

it('[RES2] shows 30 clients that drop again and again every event once and in order', async () => {
  const server = await startServer();
  const roads = await Promise.all(Array.from({ length: ROADS }, () => roadTo(server)));
  const followers = await Promise.all(
    Array.from({ length: CLIENTS }, async (_, no) => {
      const url = roads[no % ROADS]?.url ?? '';
      const token = await server.token(`user-${no}`);
      // Always the shortest delay: half a second.
      const rooms = createRooms({ chat }, { url, token, random: () => 0 });
      onTestFinished(() => rooms.close());
      const gaps: unknown[] = [];
      const starts: string[] = [];
      const texts: string[] = [];
      const room = rooms.chat.join('r', { onGap: (gap) => gaps.push(gap) });
      room.on('message', ({ data }) => texts.push(data.text));
      room.onFrame((frame) => frame.type === 'ready' && starts.push(frame.start));
      await room.ready;
      return { texts, gaps, starts };
    }),
  );
  const publisher = (await sdkClient(server, 'publisher')).chat.join('r', { onGap: 'reload' });
  const sent: string[] = [];
  const say = async (count: number) => {
    const texts = Array.from({ length: count }, (_, no) => `m${sent.length + no}`);
    sent.push(...texts);
    await Promise.all(texts.map((text) => publisher.send({ text })));
  };

  for (let round = 1; round <= ROUNDS; round += 1) {
    // Some are away while others come back, and all miss something.
    for (const road of roads) {
      road.close();
      await say(4);
    }
    for (const road of roads) {
      road.open();
      await say(2);
    }
    // And while more is being sent.
    const sending = say(4);
    await waitFor(() =>
      expect(followers.map(({ starts }) => starts.length)).toEqual(all(round + 1)),
    );
    await sending;
  }

  await waitFor(() => {
    for (const { texts } of followers) expect(texts.length).toBeGreaterThanOrEqual(sent.length);
  });
  for (const { texts, gaps, starts } of followers) {
    expect(texts).toEqual(sent);
    expect(gaps).toEqual([]);
    expect(starts).toEqual(['fresh', ...Array(ROUNDS).fill('resumed')]);
  }
});

const all = (value: number) => Array(CLIENTS).fill(value);
