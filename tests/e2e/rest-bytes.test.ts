import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createRooms } from '../../client/index.ts';
import { bytes, defineRoom, durable } from '../../shared/index.ts';
import { streamed } from '../kit/rest.ts';
import { restServer } from '../kit/rest-server.ts';
import { waitFor } from '../kit/wait-for.ts';

const doc = defineRoom('doc', {
  events: {
    update: durable(
      z.object({ change: bytes({ max: 4_096 }), seal: z.instanceof(Uint8Array).optional() }),
      { publish: 'client' },
    ),
    blob: durable(z.object({ all: bytes() }), { publish: 'client' }),
  },
  shorthands: { update: 'update' },
});

it('bytes go over REST, event streams and tRPC, each way, and are the same', async () => {
  const { ready, ada } = await restServer({ rooms: { doc } });
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const headers = { authorization: `Bearer ${await ready.token('bob')}` };
  const stream = streamed(
    await fetch(`${ready.url}/api/doc/rooms/r/events`, { headers, signal: stop.signal }),
  );
  const rooms = createRooms({ doc }, { url: ready.socketUrl, token: await ready.token('bob') });
  onTestFinished(() => rooms.close());
  const room = rooms.doc.join('r', { onGap: 'reload' });
  const heard: unknown[] = [];
  room.on('update', ({ data }) => heard.push(data));
  await room.ready;

  const seal = new Uint8Array([0, 1, 254, 255]);
  await room.update({ change: new Uint8Array([1, 2, 3]), seal });
  const sent = await ada('POST', 'doc/rooms/r/update', { change: 'AQI', seal: 'AAH+/w==' });
  expect(sent).toMatchObject({ status: 200 });
  await ready.rooms.publish('doc', 'r', 'update', { change: Buffer.from([7]) });
  await waitFor(() =>
    expect(heard).toEqual([
      { change: new Uint8Array([1, 2, 3]), seal },
      { change: new Uint8Array([1, 2]), seal },
      { change: new Uint8Array([7]) },
    ]),
  );
  const texts = [
    { change: 'AQID', seal: 'AAH+/w==' },
    { change: 'AQI=', seal: 'AAH+/w==' },
    { change: 'Bw==' },
  ];
  const { body } = await ada('GET', 'doc/rooms/r/history');
  expect(body['events'].map(({ data }: { data: unknown }) => data)).toEqual(texts);
  const streamedTexts: unknown[] = [];
  for await (const { data } of stream) {
    if (data.type === 'event') streamedTexts.push(data.event.data);
    if (streamedTexts.length === texts.length) break;
  }
  expect(streamedTexts).toEqual(texts);

  // The most that `bytes()` takes fits into a message over tRPC, whatever they are.
  await room.publish('blob', { all: new Uint8Array(16_000).fill(255) });

  const refused = (change: unknown) => ada('POST', 'doc/rooms/r/update', { change });
  for (const change of ['no base64', [1, 2, 3], { 0: 1 }]) {
    expect(await refused(change)).toMatchObject({
      status: 400,
      body: { issues: [{ path: 'change', message: expect.stringContaining('base64') }] },
    });
  }
  const long = Buffer.alloc(4_097).toString('base64');
  expect(await refused(long)).toMatchObject({
    status: 400,
    body: { issues: [{ path: 'change', message: 'must be at most 4096 bytes' }] },
  });
  const longer = Buffer.alloc(16_385).toString('base64');
  expect(await refused(longer)).toMatchObject({
    status: 400,
    body: { reason: 'BAD_INPUT', detail: expect.stringContaining('typed arrays') },
  });
});
