import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createRooms } from '../../server/create-rooms.ts';
import { chat, defineMe, defineRoom, durable } from '../../shared/index.ts';

const hello = { code: 'hello', params: { times: 2 } };

describe("the server's code", () => {
  it('[USR1] notifies a user, with events of its own beside those that are built in', async () => {
    const orders = defineMe({ events: { shipped: durable(z.object({ order: z.number() })) } });
    const rooms = await createRooms({ rooms: { chat, me: orders }, dataDir: null });
    await rooms.notify('ada', 'notification', hello);
    const ack = await rooms.notify('ada', 'shipped', { order: 7 });
    expect(ack.position).toMatch(/:2$/);
    await expect(rooms.notify('ada', 'shipped', { order: 'x' as never })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await expect(rooms.notify('a/b', 'shipped', { order: 1 })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    const sentence = { code: 'Your order was shipped.' };
    await expect(rooms.notify('ada', 'notification', sentence)).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await rooms.close();
  });

  it('cannot be given a private stream of another making, or one without what is built in', async () => {
    const wrong = defineRoom('me', { events: { shipped: durable(z.object({})) } });
    await expect(createRooms({ rooms: { me: wrong }, dataDir: null })).rejects.toThrow(/defineMe/);
    expect(() => defineMe({ events: { whisper: durable(z.object({})) } })).toThrow(/built in/);
  });
});
