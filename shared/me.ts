import { z } from 'zod';
import { ME } from './built-in-names.ts';
import { durable, latest } from './delivery.ts';
import { defineRoom, type Contract, type EventSpecs, type Retention } from './room-kind.ts';

const roomName = z.object({ kind: z.string(), id: z.string() });
const person = z.object({ id: z.string(), name: z.string() });
const role = z.enum(['owner', 'moderator', 'member']);
// What a notice says: a code for the app to put into words, and what belongs into them.
const notice = {
  code: z.string().regex(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/),
  params: z
    .record(z.string().max(64), z.union([z.string().max(1_000), z.number(), z.boolean()]))
    .default({}),
};

/** What every private stream carries. All of it is published by the server's code alone. */
const meEvents = {
  /** Whatever the app has to tell. */
  notification: durable(z.object({ ...notice, room: roomName.optional() })),
  /** A word for one person inside one room, `by` its sender: in the streams of both. */
  whisper: durable(z.object({ room: roomName, to: person, text: z.string() })),
  /** `by` asks for company in a room. */
  invitation: durable(z.object({ room: roomName, title: z.string().optional(), role })),
  /** The user belongs to a room now. */
  joined: durable(z.object({ room: roomName, title: z.string().optional(), role })),
  /** The user belongs to a room no more, or may not enter it. Codes: `left`, `removed`, `banned`, `closed`,
   *  `revoked`. */
  removed: durable(z.object({ ...notice, room: roomName })),
  /** A notice of the user's own account: another name, a sign-in elsewhere. */
  account: durable(z.object(notice)),
  /** How far the user has seen this stream, on whichever of his devices. */
  seen: latest(z.object({ position: z.string() }), { key: 'room' }),
};

/** The contract of private streams, with events of a team's own beside those that are built in. Its
 *  place in a contract is `me`: `{ chat, me: defineMe({ events }) }`. `history` as of `defineRoom`.
 *  @throws Error for an event that would replace one that is built in */
// No events: a record without keys.
// oxlint-disable-next-line typescript/no-generated-empty-object-type
export function defineMe<Events extends EventSpecs = Record<never, never>>(
  spec: { events?: Events; history?: Partial<Retention> } = {},
): ReturnType<typeof meWith<NoInfer<Events>>> {
  return meWith<NoInfer<Events>>(spec.events ?? ({} as NoInfer<Events>), spec.history);
}

function meWith<Events extends EventSpecs>(own: Events, history?: Partial<Retention>) {
  for (const type of Object.keys(own)) {
    if (Object.hasOwn(meEvents, type)) throw new Error(`defineMe: ${type} is built in`);
  }
  const events: typeof meEvents & Events = { ...meEvents, ...own };
  return defineRoom(ME, { events, people: false, ...(history && { history }) });
}

/** Private streams as they are where a contract says nothing of them. */
export const me = defineMe();

/** The kind of a contract's private streams. */
export type MeOf<R extends Contract> = R extends { readonly me: infer K extends typeof me }
  ? K
  : typeof me;

/** The contract with its private streams in it. @throws Error when its `me` is not of `defineMe` */
export function withMe(contract: Contract): Contract {
  const own = Object.hasOwn(contract, ME) ? contract[ME] : undefined;
  if (!own) return { ...contract, me };
  const isWhole = Object.keys(meEvents).every((type) => Object.hasOwn(own.events, type));
  if (!isWhole) throw new Error('rooms: "me" must be made by defineMe');
  return contract;
}
