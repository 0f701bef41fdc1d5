import { z } from 'zod';
import type {
  Ack,
  By,
  Done,
  Invitation,
  MyRoom,
  ReadState,
  Reactors,
  Receipts,
  RosterEntry,
  UnreadAnswer,
} from '../../shared/index.ts';
import type { MeState } from '../../shared/me-procedures.ts';
import { AT, POSITION, SINCE } from './samples.ts';

// What answers look like. Each is held to the type that the code has of it; none of it is parsed at run time.

/** A person or program. */
export const by: z.ZodType<By> = z.object({
  id: z.string().meta({ description: 'A user id, or `@server`.' }),
  name: z.string().meta({ description: 'As others see it.' }),
});

/** A position in a room's log. */
export const positionText = z.string().meta({
  description:
    '`epoch:offset`: a place in the log of a room. Offsets of different epochs say nothing of each other.',
  examples: [POSITION],
});

/** The answer to a publish. */
export const ack: z.ZodType<Ack> = z
  .object({
    id: z.string().meta({ description: 'The id of the event: its position, if it is durable.' }),
    position: positionText,
    at: z.date().meta({ description: 'When the server took it.' }),
    level: z.enum(['disk', 'memory', 'redis', 'live']).meta({
      description:
        '`disk`: fsynced. `memory`: gone with the process. `redis`: as safe as that Redis keeps it. ' +
        '`live`: handed to those connected, kept by nobody.',
    }),
    duplicate: z.boolean().meta({
      description:
        'True: this idempotency key was acknowledged before, and this is the answer of then.',
    }),
  })
  .meta({
    description: 'The answer to a publish.',
    examples: [{ id: POSITION, position: POSITION, at: AT, level: 'disk', duplicate: false }],
  });

const title = z.string().exactOptional();
const role = z.enum(['owner', 'moderator', 'member']);
const visibility = z.enum(['open', 'private', 'direct']);

/** A room that one belongs to. */
export const myRoom: z.ZodType<MyRoom> = z
  .object({
    room: z.string(),
    title,
    visibility,
    role: role.meta({ description: "One's own." }),
    since: z.date().meta({ description: 'Since when one belongs to it.' }),
    with: by.exactOptional().meta({ description: 'Of a direct room: the other one.' }),
  })
  .meta({
    description: 'A room that one belongs to.',
    examples: [
      { room: 'p~4kd0', title: 'Plans', visibility: 'private', role: 'owner', since: SINCE },
    ],
  });

/** A room as it is to everybody. */
export const roomOutline = z
  .object({ room: z.string(), title, visibility })
  .meta({ description: 'A room with members.' });

/** An invitation that waits. */
export const invitation: z.ZodType<Invitation> = z
  .object({ room: z.string(), title, role, by, at: z.date() })
  .meta({ description: 'An invitation that waits for an answer.' });

/** Somebody who belongs to a room. */
export const rosterEntry: z.ZodType<RosterEntry> = z
  .object({ id: z.string(), name: z.string(), role, since: z.date() })
  .meta({ description: 'Somebody who belongs to a room, be he there or not.' });

/** What was done, and where. */
export const done: z.ZodType<Done> = z
  .object({ room: z.string() })
  .meta({ description: 'It was done.', examples: [{ room: 'p~4kd0' }] });

const hasMore = z.boolean().meta({ description: 'Are there more beyond this page?' });

/** Lists of rooms with members. */
export const mine = z.object({ rooms: z.array(myRoom), hasMore });
export const invitations = z.object({ invitations: z.array(invitation), hasMore });
export const roster = z.object({ members: z.array(rosterEntry), count: z.int(), hasMore });

/** How far a user has read a room. */
export const readState: z.ZodType<ReadState> = z
  .object({
    room: z.string(),
    position: positionText.exactOptional().meta({
      description: 'Everything up to here is read. Unset: nothing is.',
    }),
    version: z.int().meta({ description: 'Counts how often something was marked unread.' }),
    unread: z
      .int()
      .meta({ description: 'Countable events after it, by others. At most 1,000 are counted.' }),
    to: positionText.meta({ description: 'The newest event when that was counted.' }),
  })
  .meta({
    description: 'How far a user has read a room.',
    examples: [{ room: 'general', position: POSITION, version: 0, unread: 0, to: POSITION }],
  });

/** Unread counts of several rooms. */
export const unreadAnswer: z.ZodType<UnreadAnswer> = z.object({
  me: z.string().meta({ description: "The user's own id: whose events do not count." }),
  rooms: z.array(readState),
});

/** Who has read how far. */
export const receipts: z.ZodType<Receipts> = z.object({
  room: z.string(),
  readers: z
    .array(z.object({ user: by, position: positionText }))
    .exactOptional()
    .meta({ description: 'In rooms that at most 100 users have read in: each with his position.' }),
  count: z
    .int()
    .meta({ description: 'How many have read up to the position asked for, or at all.' }),
});

const ownReactions = z.array(z.object({ name: z.string(), count: z.int() }));

/** Who has reacted to a message. */
export const reactors: z.ZodType<Reactors> = z.object({
  users: z.array(z.object({ user: by, reactions: ownReactions })),
  own: ownReactions.meta({ description: 'What the caller has reacted with: how often, by name.' }),
  next: z
    .string()
    .exactOptional()
    .meta({ description: 'The user to go on `after`. Unset: that is all.' }),
});

/** How far a user has seen his own stream. */
export const meState: z.ZodType<MeState> = z
  .object({
    seen: z.string().nullable().meta({ description: 'A position. Null: nothing yet.' }),
    unread: z
      .int()
      .meta({ description: 'Durable events after it, by others. At most 1,000 are counted.' }),
    to: positionText.meta({ description: 'The newest event when that was counted.' }),
  })
  .meta({
    description: 'How far one has seen the own stream, and how much of it is new.',
    examples: [{ seen: POSITION, unread: 0, to: POSITION }],
  });
