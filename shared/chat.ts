import { z } from 'zod';
import { durable, latest } from './delivery.ts';
import { defineRoom } from './room-kind.ts';

/** The room kind that the ready server carries: messages, who is typing, words for one person alone. */
export const chat = defineRoom('chat', {
  events: {
    message: durable(z.object({ text: z.string().trim().min(1).max(4000) }), { publish: 'client' }),
    typing: latest(z.object({ typing: z.boolean() }), {
      key: 'user',
      expiresMs: 6_000,
      publish: 'client',
    }),
  },
  shorthands: { send: 'message', typing: 'typing' },
  whispers: true,
});
