import { z } from 'zod';
import { ME, type RoomKind } from '../../shared/index.ts';
import { by, positionText } from './answers.ts';
import type { EventDescription } from './events.ts';
import { validExample } from './examples.ts';
import { ADA, BOB, EARLIER, LATER, POSITION } from './samples.ts';

/** One form of what a subscription yields. */
export interface FrameDescription {
  /** Its `type`. */
  readonly type: string;
  readonly description: string;
  readonly schema: z.ZodType;
  /** As JSON has it. Undefined: there is none, because its event has none. */
  readonly example: unknown;
}

const reason = z.enum(['epoch-changed', 'expired', 'too-many', 'ahead-of-server']).meta({
  description:
    '`epoch-changed`: the log lost events and began a new life. `expired`: events in between are no longer kept. ' +
    '`too-many`: more in between than are replayed. `ahead-of-server`: the position lies beyond the newest event.',
});
const gap = { reason, from: positionText, to: positionText };
const crowd = z.object({
  event: z.string(),
  count: z.int().meta({ description: 'How many, oneself among them.' }),
  users: z
    .array(by)
    .meta({ description: 'Those who began first. As many as `count`: all of them.' }),
});
/** Of a list of values: what is counted instead. */
export const crowds = z.array(crowd).exactOptional();
const READY =
  'Always the first frame, and the first one after each reconnect: how the stream begins. `fresh`: from now on. ' +
  '`resumed`: exactly after the position that was given. `gap`: could not resume, so from now on; `gap` says what is missing.';
const PRESENCE =
  'Who has come, changed or gone, joined over 100 ms. With `users`: everybody, in place of those known so far. ' +
  'A `version` that is not the next one: something was missed, ask `members`.';

/** What subscriptions of a kind yield, discriminated by `type`. `event`: the union of its events. */
export function framesOf(
  kind: RoomKind,
  events: readonly EventDescription[],
  event: z.ZodType,
): FrameDescription[] {
  const people = presenceParts(kind);
  const first = events[0]?.whole;
  const values = z
    .array(event)
    .meta({ description: 'The current value of every latest-value event.' });
  const ready = {
    start: z.enum(['fresh', 'resumed', 'gap']),
    position: positionText.meta({ description: 'The next durable event is the one after this.' }),
    gap: z.object(gap).exactOptional(),
    keyWindowMs: z.int().exactOptional().meta({
      description: 'How long a repeat of an idempotency key is surely recognised, in milliseconds.',
    }),
    recent: z.array(event).exactOptional().meta({
      description:
        'The newest durable events up to `position`, oldest first. Not where it resumed.',
    }),
    latest: values,
    crowds,
    presence: people.snapshot
      .exactOptional()
      .meta({ description: 'Who is here, oneself among them.' }),
  };
  const start = { type: 'ready', start: 'fresh', position: POSITION, recent: [first], latest: [] };
  const missing = { reason: 'expired', from: EARLIER, to: LATER };
  const frames = [
    frame('ready', READY, ready, kind.people ? { ...start, presence: people.example } : start),
    frame('event', 'One event.', { event }, { type: 'event', event: first }),
    frame(
      'gap',
      'The stream jumped: the log no longer reaches back to where the reader was.',
      gap,
      {
        type: 'gap',
        ...missing,
      },
    ),
    frame(
      'erased',
      'The place of an event whose content was erased.',
      { position: positionText },
      {
        type: 'erased',
        position: POSITION,
      },
    ),
    frame(
      'latest',
      'All current latest values, in place of those known so far: follows a time of catching up.',
      { latest: values, crowds },
      { type: 'latest', latest: [] },
    ),
    frame(
      'cleared',
      'A latest value is no longer: it has expired, was ended, or its user has left.',
      { event: z.string(), key: z.string() },
      { type: 'cleared', event: 'typing', key: 'ada' },
    ),
    frame(
      'revoked',
      'The last frame: the reader may follow the room no longer.',
      { reason: z.enum(['left', 'removed', 'banned', 'closed', 'revoked']) },
      { type: 'revoked', reason: 'removed' },
    ),
  ];
  if (kind.name === ME) return frames;
  return [...frames, crowdFrame(), unreadFrame(), ...(kind.people ? [people.frame] : [])];
}

function crowdFrame(): FrameDescription {
  const words = 'So many do the same at once that they are counted and not told one by one.';
  const example = { type: 'crowd', event: 'typing', count: 34, users: [ADA, BOB] };
  return frame('crowd', words, crowd.shape, example);
}

function unreadFrame(): FrameDescription {
  return frame(
    'unread',
    'How the reader himself stands to the room, on all his devices. For nobody else.',
    {
      position: positionText.exactOptional(),
      version: z.int(),
      unread: z.int(),
      to: positionText,
    },
    { type: 'unread', position: POSITION, version: 0, unread: 0, to: POSITION },
  );
}

function presenceParts(kind: RoomKind) {
  const state = kind.presence ? { state: kind.presence.exactOptional() } : {};
  const person = z
    .object({ id: z.string(), name: z.string(), ...state })
    .meta({ description: 'A user who is in the room.' });
  const people = z.array(person).exactOptional();
  const departed = z.object({
    id: z.string(),
    name: z.string(),
    reason: z.enum(['left', 'timeout', 'kicked', 'drain']),
  });
  const counts = {
    version: z.int().meta({ description: 'Counts the changes that followers were told of.' }),
    count: z.int().meta({ description: 'How many users.' }),
    users: people.meta({
      description: 'All of them. Unset: too many to be listed, or no change of all.',
    }),
  };
  const lists = { join: people, update: people, leave: z.array(departed).exactOptional() };
  const example = { version: 3, count: 2, users: [ADA, BOB] };
  return {
    person,
    snapshot: z.object(counts),
    example,
    frame: frame(
      'presence',
      PRESENCE,
      { ...counts, ...lists },
      {
        type: 'presence',
        version: 4,
        count: 1,
        leave: [{ ...BOB, reason: 'left' }],
      },
    ),
  };
}

/** A user who is in a room of a kind. */
export function personOf(kind: RoomKind): z.ZodType {
  return presenceParts(kind).person;
}

function frame(
  type: string,
  description: string,
  shape: Readonly<Record<string, z.ZodType>>,
  example: unknown,
): FrameDescription {
  const plain = z.object({ type: z.literal(type), ...shape });
  const valid = validExample(plain, example);
  const schema = plain.meta({ description, ...(valid !== undefined && { examples: [valid] }) });
  return { type, description, schema, example: valid };
}
