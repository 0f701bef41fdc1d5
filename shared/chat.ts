import { z } from 'zod';
import { activity } from './activity.ts';
import { durable } from './delivery.ts';
import { defineRoom } from './room-kind.ts';

/** The room kind that the ready server carries: messages that live, who is here and who is typing, words for
 *  one person alone. */
export const chat = defineRoom('chat', {
  events: {
    message: durable(z.object({ text: z.string().trim().min(1).max(4000) }), {
      publish: 'client',
      editable: true,
      removable: true,
      reactions: 'distinct',
      replies: true,
      countable: true,
    }),
    typing: activity('typing', { endedBy: ['message'] }),
  },
  presence: z.object({ status: z.enum(['here', 'away']) }),
  shorthands: { send: 'message', typing: 'typing' },
  whispers: true,
  membership: true,
});
