import { z } from 'zod';
import { defineRoom, durable, ephemeral, latest } from '../../shared/index.ts';

/** A room kind with everything in it. */
export const board = defineRoom('board', {
  events: {
    note: durable(z.object({ text: z.string(), size: z.coerce.number<string>().default(12) }), {
      publish: 'client',
    }),
    cursor: latest(z.object({ x: z.number(), y: z.number() }), {
      key: 'member',
      publish: 'client',
    }),
    wave: ephemeral(z.object({ emoji: z.string() }), { publish: 'client' }),
    level: latest(z.number(), { key: 'room', publish: 'client' }),
    renamed: durable(z.object({ title: z.string() })),
  },
  presence: z.object({ status: z.enum(['here', 'away']) }),
  shorthands: { write: 'note', point: 'cursor' },
});

/** A room kind that only the server publishes in. */
export const news = defineRoom('news', {
  events: { posted: durable(z.object({ headline: z.string() })) },
});
