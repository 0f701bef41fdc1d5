import { z } from 'zod';
import { activity } from './activity.ts';
import { durable } from './delivery.ts';
import { defineRoom } from './room-kind.ts';

const text = z.object({ text: z.string().trim().min(1).max(4000) }).meta({
  description: 'Something that somebody says.',
  examples: [{ text: 'Hello, world' }],
});

/** The room kind that the ready server carries: messages that live, who is here and who is typing, words for
 *  one person alone. */
export const chat = defineRoom('chat', {
  events: {
    message: durable(text, {
      publish: 'client',
      editable: true,
      removable: true,
      reactions: 'distinct',
      replies: true,
      countable: true,
    }),
    typing: activity('typing', { endedBy: ['message'] }),
  },
  presence: z.object({ status: z.enum(['here', 'away']) }).meta({
    description: 'Whether one is at the keyboard.',
    examples: [{ status: 'here' }],
  }),
  shorthands: { send: 'message', typing: 'typing' },
  whispers: true,
  membership: true,
});
