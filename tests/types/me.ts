// Private streams, typed where their contract is written in the very call that takes it.
import { z } from 'zod';
import { createRooms } from '../../client/index.ts';
import { createServer, type Config } from '../../server/index.ts';
import { chat, DAY, defineMe, durable } from '../../shared/index.ts';

declare const config: Config;
const on = { url: 'ws://127.0.0.1/trpc', token: '' };
const paid = durable(z.object({ cents: z.number() }));

// [CON2] without events of one's own, and with a history alone.
for (const { me } of [
  createRooms({ chat, me: defineMe() }, on),
  createRooms({ chat, me: defineMe({ history: { maxAgeMs: DAY } }) }, on),
]) {
  const own = me.join({ onGap: 'reload' });
  own.on('whisper', ({ data }) => data.text.toUpperCase());
  // @ts-expect-error no such event
  own.on('paid', () => {});
}

const rooms = createRooms({ chat, me: defineMe({ events: { paid } }) }, on);
rooms.me.join({ onGap: 'reload' }).on('paid', ({ data }) => data.cents.toFixed());

const server = await createServer(config, { rooms: { chat, me: defineMe({ events: { paid } }) } });
await server.rooms.notify('ada', 'paid', { cents: 5 });
// @ts-expect-error no such data
await server.rooms.notify('ada', 'paid', { euros: 5 });
server.rooms.stored('me').subscribe({
  next: ({ event }) => (event.type === 'paid' ? event.data.cents.toFixed() : undefined),
});
