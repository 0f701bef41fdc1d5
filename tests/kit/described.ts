import { z } from 'zod';
import {
  activity,
  bytes,
  chat,
  defineMe,
  defineRoom,
  durable,
  ephemeral,
  latest,
  type Contract,
} from '../../shared/index.ts';

const said = z.object({ text: z.string().min(1).max(500) }).meta({
  description: 'A note on the board.',
  examples: [{ text: 'ship it' }],
});
const point = z.object({ x: z.number(), y: z.number() }).meta({
  description: 'Where a pointer is.',
  examples: [{ x: 1, y: 2.5 }],
});
const rich = z
  .object({
    due: z.date(),
    total: z.bigint().optional(),
    tags: z.set(z.string()),
    notes: z.map(z.string(), z.date()),
    icon: bytes({ max: 64 }),
    seal: z.instanceof(Uint8Array).optional(),
  })
  .meta({
    description: 'A task, with what plain JSON has no form for.',
    examples: [
      {
        due: '2026-05-01T00:00:00.000Z',
        total: '12345678901234567890',
        tags: ['a'],
        notes: [['x', '2026-05-01T00:00:00.000Z']],
        icon: 'iVBORw0KGgo=',
        seal: 'AAH+/w==',
      },
    ],
  });
const wave = z.object({ emoji: z.string().max(16) }).meta({
  description: 'A greeting.',
  examples: [{ emoji: '👋' }],
});
const paid = z.object({ amount: z.number() }).meta({
  description: 'An invoice was paid.',
  examples: [{ amount: 7 }],
});

/** A contract with every delivery class, values that JSON does not have, and events of its own for users. */
export const described = {
  chat,
  board: defineRoom('board', {
    events: {
      note: durable(said, { publish: 'client', editable: true, replies: true }),
      task: durable(rich, { publish: 'client' }),
      cursor: latest(point, { key: 'member', publish: 'client' }),
      drawing: activity('drawing'),
      wave: ephemeral(wave, { publish: 'client' }),
      archived: durable(paid),
    },
    shorthands: { write: 'note', plan: 'task', point: 'cursor', drawing: 'drawing' },
  }),
  me: defineMe({ events: { paid: durable(paid) } }),
} satisfies Contract;
