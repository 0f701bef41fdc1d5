import { z } from 'zod';
import { ME, SERVER, type EventSpec, type RoomKind } from '../../shared/index.ts';
import { by, positionText } from './answers.ts';
import { validExample } from './examples.ts';
import { ADA, AT, BOB, EARLIER, POSITION } from './samples.ts';

/** One event of a kind, as documents tell of it. */
export interface EventDescription {
  readonly type: string;
  readonly spec: EventSpec;
  /** One or more sentences. Empty: its contract says nothing. */
  readonly description: string;
  /** Data, as JSON has it. Undefined: its contract gives none. */
  readonly example: unknown;
  /** The event as subscribers see it. */
  readonly schema: z.ZodType;
  /** The event of the example, as JSON has it. */
  readonly whole: unknown;
}

const EDITED = 'A message has other data now: `data` takes the place of what it said.';
const REMOVED = 'A message was removed: its content is erased, this is what is left of it.';
const REACTED =
  'Everybody who has reacted to a message, as it is now: this takes the place of what was known.';
const target = { target: EARLIER, of: 'message' };

// Events that rooms publish by themselves, whatever the contract.
const BUILT_IN: Readonly<Record<string, readonly [description: string, example: unknown]>> = {
  removed: [REMOVED, { ...target, author: BOB, sentAt: AT }],
  reacted: [REACTED, { ...target, reactions: [{ name: '👍', count: 1, users: [ADA] }] }],
  read: ['How far a user has read.', { position: POSITION }],
  roomCreated: ['The room was made.', { visibility: 'private', title: 'Plans' }],
  joined: ['Somebody belongs to the room now.', { user: BOB }],
  welcome: [
    'Follows `joined` when somebody belongs to the room for the first time.',
    { user: BOB },
  ],
  left: ['Somebody belongs to the room no more.', { user: BOB, reason: 'left' }],
  roleChanged: ["Somebody's role is another.", { user: BOB, role: 'moderator' }],
  renamed: ['The room has another title.', { title: 'Plans for May' }],
  closed: ['The room was closed for good.', {}],
};

const room = { kind: 'chat', id: 'p~4kd0' };
const notice = { code: 'invoice.paid', params: { amount: 7 } };

// What every private stream carries.
const MINE: Readonly<Record<string, readonly [description: string, example: unknown]>> = {
  notification: ['Whatever the app has to tell: a code to put into words, and parameters.', notice],
  whisper: [
    'A word for one person inside one room: in the streams of both.',
    { room, to: BOB, text: 'psst' },
  ],
  invitation: ['`by` asks for company in a room.', { room, title: 'Plans', role: 'member' }],
  joined: ['One belongs to the room now.', { room, title: 'Plans', role: 'member' }],
  removed: ['One belongs to the room no more.', { room, code: 'removed', params: {} }],
  account: ["A notice of one's own account.", { code: 'name.changed', params: { name: 'Ada' } }],
  seen: ['How far one has seen this stream, on whichever device.', { position: POSITION }],
};

/** What a contract says of a schema: its description and its first example. */
export function metaOf(schema: z.ZodType): { description?: string; example?: unknown } {
  const { description, examples } = schema.meta() ?? {};
  const example: unknown = Array.isArray(examples) ? examples[0] : undefined;
  return { ...(description !== undefined && { description }), example };
}

/** The events of a kind. */
export function eventsOf(kind: RoomKind): EventDescription[] {
  return Object.entries(kind.events).map(([type, spec]) => describeEvent(kind, type, spec));
}

function describeEvent(kind: RoomKind, type: string, spec: EventSpec): EventDescription {
  const { description, example: given } = wordsOf(kind, type, spec);
  const example = validExample(spec.data, given);
  const schema = eventSchema(type, spec).meta({ ...(description && { description }) });
  const isDurable = spec.delivery === 'durable';
  const whole = {
    id: isDurable ? POSITION : `${POSITION}/7f3a.1`,
    type,
    data: example,
    by: spec.publish === 'client' ? ADA : SERVER,
    at: AT,
    position: POSITION,
  };
  return { type, spec, description, example, schema, whole };
}

/** What its contract says of an event: the metadata of its schema. */
function wordsOf(kind: RoomKind, type: string, spec: EventSpec) {
  const { description = '', example } = metaOf(spec.data);
  const own = { description, example };
  if (description) return own;
  const table = kind.name === ME ? MINE : BUILT_IN;
  if (type === 'edited' && kind.name !== ME)
    return { description: EDITED, example: editedExample(kind) };
  const known = Object.hasOwn(table, type) ? table[type] : undefined;
  if (!known) return own;
  const [words, data] = known;
  return { description: words, example: aboutOwn(kind, data) };
}

/** The same example, about a message that this kind has. */
function aboutOwn(kind: RoomKind, data: unknown): unknown {
  if (typeof data !== 'object' || data === null || !('of' in data)) return data;
  return { ...data, of: firstAlive(kind) };
}

function editedExample(kind: RoomKind): unknown {
  const of = firstAlive(kind, ({ editable }) => editable);
  const { example } = wordsOf(kind, of, kind.events[of]!);
  return { target: EARLIER, of, data: example };
}

type Life = Extract<EventSpec, { delivery: 'durable' }>['life'];

function firstAlive(
  kind: RoomKind,
  is: (life: Life) => boolean = ({ removable, reactions }) => removable || reactions !== undefined,
): string {
  const found = Object.entries(kind.events).find(
    ([, spec]) => spec.delivery === 'durable' && is(spec.life),
  );
  return found?.[0] ?? 'message';
}

const eventId = z.string().meta({
  description: 'Names the event within its room. Durable: its position. Otherwise `position/n`.',
});
const key = z.string().exactOptional();

/** An event as subscribers see it. */
function eventSchema(type: string, { data, delivery, ...spec }: EventSpec): z.ZodType {
  return z.object({
    id: eventId,
    type: z.literal(type),
    data,
    by,
    at: z.date().meta({ description: 'When the server took it.' }),
    position: positionText,
    idempotencyKey: key.meta({ description: "The publisher's own key." }),
    ...('life' in spec && spec.life.replies
      ? { replyTo: key.meta({ description: 'The position of the event that it answers.' }) }
      : {}),
    ...(delivery === 'latest' && 'key' in spec && spec.key === 'member'
      ? { key: key.meta({ description: 'Whose value it is, as `cleared` names it.' }) }
      : {}),
  });
}
