// What a contract's types must say, and what must not compile.
import { z } from 'zod';
import {
  activity,
  type chat,
  defineRoom,
  durable,
  latest,
  type ActivityType,
  type ClientEventType,
  type DurableEventOf,
  type EventData,
  type EventInput,
  type EventOf,
  type FrameOf,
  type LatestType,
  type PresenceOf,
  type ProceduresOf,
  type PublishInput,
  type RoomEvent,
  type ShorthandInput,
  type ShorthandTarget,
} from '../../shared/index.ts';
import type { board, news } from './kinds.ts';
import { holds, type Same } from './same.ts';

type Board = typeof board;

// [CON1] an event is the server's alone, unless it says otherwise.
holds<Same<ClientEventType<Board>, 'note' | 'cursor' | 'wave' | 'level'>>();
holds<Same<ClientEventType<typeof news>, never>>();
holds<Same<ClientEventType<typeof chat>, 'message' | 'typing'>>();

// Data differs by side: before defaults and transforms, and after.
holds<Same<EventInput<Board, 'note'>, { text: string; size?: string | undefined }>>();
holds<Same<EventData<Board, 'note'>, { text: string; size: number }>>();

// [CON2] members have a state where the contract gives them one, and only there is it set.
holds<Same<PresenceOf<Board>, { status: 'here' | 'away' }>>();
holds<Same<PresenceOf<typeof news>, never>>();
holds<Same<'setPresence' extends keyof ProceduresOf<Board> ? true : false, true>>();
holds<Same<'setPresence' extends keyof ProceduresOf<typeof news> ? true : false, false>>();
holds<Same<LatestType<Board>, 'cursor' | 'level'>>();
holds<Same<ActivityType<Board>, never>>();
holds<Same<ActivityType<typeof chat>, 'typing'>>();
holds<Same<EventData<typeof chat, 'typing'>, { typing: boolean }>>();

// [CON4] events are told apart by `type`.
holds<Same<DurableEventOf<Board>['type'], 'note' | 'renamed'>>();
holds<Same<EventOf<typeof news>, RoomEvent<'posted', { headline: string }>>>();

export function narrows(event: EventOf<Board>): string | number | Date {
  switch (event.type) {
    case 'note':
      return event.data.size;
    case 'cursor':
      return event.data.x;
    case 'wave':
      // @ts-expect-error a wave has no text
      return event.data.text;
    case 'level':
      return event.data;
    case 'renamed':
      return event.at;
    default:
      return event satisfies never;
  }
}

export function narrowsFrames(frame: FrameOf<Board>): string | undefined {
  if (frame.type === 'ready') return frame.gap?.reason;
  if (frame.type === 'gap') return frame.from;
  if (frame.type === 'event' && frame.event.type === 'renamed') return frame.event.data.title;
  // @ts-expect-error only ready and gap frames have a beginning
  return frame.from;
}

// [CON2] publish takes the union of what clients may publish.
export const published: PublishInput<Board>[] = [
  { room: 'r', type: 'note', data: { text: 'hi' } },
  { room: 'r', type: 'level', data: 3, idempotencyKey: 'k' },
  // @ts-expect-error another event's data
  { room: 'r', type: 'note', data: { x: 1, y: 2 } },
  // @ts-expect-error only the server publishes this one
  { room: 'r', type: 'renamed', data: { title: 'x' } },
  // @ts-expect-error no such event
  { room: 'r', type: 'nope', data: {} },
  // @ts-expect-error an unknown key
  { room: 'r', type: 'wave', data: { emoji: '👋' }, by: 'eve' },
];
holds<Same<PublishInput<typeof news>, never>>();

export const written: ShorthandInput<Board, 'write'>[] = [
  { room: 'r', text: 'hi' },
  { room: 'r', text: 'hi', size: '14', idempotencyKey: 'k' },
  // @ts-expect-error the room is missing
  { text: 'hi' },
  // @ts-expect-error a number where text is due
  { room: 'r', text: 5 },
];

const point = z.object({ x: z.number() });

// [CON2] what the compiler says of shorthands stands in the types that they would have to be of.
const moved = durable(point, { publish: 'client' });
const count = durable(z.number(), { publish: 'client' });
type Events = { moved: typeof moved; count: typeof count };
type Spec = Parameters<
  typeof defineRoom<
    'a',
    Events,
    z.ZodNever,
    { move: 'moved'; edit: 'moved'; mine: 'moved' },
    true,
    true
  >
>[1];
holds<
  Same<
    NonNullable<Spec['shorthands']>,
    { move: 'moved'; edit: 'edit is reserved'; mine: 'mine is reserved' }
  >
>();
holds<Same<ShorthandTarget<Events>, 'moved'>>();
holds<
  Same<
    ShorthandTarget<{ count: typeof count }>,
    'no event that clients publish has an object as its data'
  >
>();
const short = defineRoom('a', { events: { moved, count }, shorthands: { move: 'moved' } });
holds<Same<typeof short.shorthands, { readonly move: 'moved' }>>();
const mine = { events: { moved }, shorthands: { mine: 'moved', whisper: 'moved' } } as const;
// Of kinds that have neither membership nor whispers they are names as any others.
holds<Same<keyof ReturnType<typeof plain>['shorthands'], 'mine' | 'whisper'>>();
export const plain = () => defineRoom('a', mine);

export const refused = [
  // @ts-expect-error a shorthand for an event that only the server publishes
  () => defineRoom('a', { events: { moved: durable(point) }, shorthands: { move: 'moved' } }),
  () =>
    defineRoom('a', {
      events: { moved: durable(point, { publish: 'client' }) },
      // @ts-expect-error a shorthand for no event
      shorthands: { move: 'nope' },
    }),
  () =>
    defineRoom('a', {
      events: { count: durable(z.number(), { publish: 'client' }) },
      // @ts-expect-error a shorthand for an event whose data is no object
      shorthands: { add: 'count' },
    }),
  () =>
    defineRoom('a', {
      events: { moved: durable(point, { publish: 'client' }) },
      // @ts-expect-error a shorthand with the name of a procedure
      shorthands: { history: 'moved' },
    }),
  () =>
    defineRoom('a', {
      events: { moved: durable(point, { publish: 'client' }) },
      // @ts-expect-error a shorthand with the name of something that a joined room has
      shorthands: { leave: 'moved' },
    }),
  () =>
    defineRoom('a', {
      events: { moved },
      // @ts-expect-error a shorthand with the name of a procedure of membership
      shorthands: { create: 'moved' },
      membership: true,
    }),
  () =>
    defineRoom('a', {
      events: { moved },
      // @ts-expect-error a shorthand with the name of the procedure that whispers have
      shorthands: { whisper: 'moved' },
      whispers: true,
    }),
  // @ts-expect-error an activity needs the name of its field
  () => activity(),
  // @ts-expect-error a rule that is none
  () => latest(point, { key: 'user', clear: 'sometimes' }),
  // @ts-expect-error a publisher that is neither
  () => durable(point, { publish: 'anybody' }),
  // @ts-expect-error a latest value needs a key
  () => latest(point, {}),
  // @ts-expect-error a key of what the data does not have
  () => latest(point, { key: (data) => data.symbol }),
  // @ts-expect-error a key that is no string
  () => latest(point, { key: (data) => data.x }),
];
