import type { z } from 'zod';
import type { ActivitySpec } from './activity.ts';
import type { MEMBERSHIP_PROCEDURES } from './built-in-names.ts';
import { checkKind } from './check-kind.ts';
import type { DurableSpec, EventSpec, LatestSpec } from './delivery.ts';
import { lifeEvents, type LifeEvents } from './life-events.ts';
import { DAY, limits } from './limits.ts';
import type { ReservedShorthand } from './reserved-names.ts';
import { roomNews } from './room-news.ts';
import { strict } from './strict.ts';

/** How much of a room's log is kept: at least the newest `maxEvents` (a log may trim in steps: up to a 32nd more are
 *  there), none older than `maxAgeMs`. */
export interface Retention {
  readonly maxEvents: number;
  readonly maxAgeMs: number;
}

/** Events by type name. */
export type EventSpecs = Readonly<Record<string, EventSpec>>;

/** Procedure name to the event type it publishes. */
export type Shorthands = Readonly<Record<string, string>>;

/** A contract made by `defineRoom`. */
export interface RoomKind<
  Name extends string = string,
  Events extends EventSpecs = EventSpecs,
  Presence extends z.ZodType = z.ZodType,
  Short extends Shorthands = Shorthands,
> {
  readonly name: Name;
  readonly events: Events;
  /** A member's public state. Unset: members carry none. */
  readonly presence: Presence | undefined;
  /** Are followers told who is there? */
  readonly people: boolean;
  readonly history: Retention;
  /** Durable events that `ready` carries to whoever comes anew. */
  readonly recent: number;
  readonly shorthands: Short;
  /** May people here speak to one another alone (`whisper`)? */
  readonly whispers: boolean;
  /** Have its rooms owners and members, who may close them to others? */
  readonly membership: boolean;
}

/** What a kind's rooms can do beside carrying events. */
export interface KindTraits<Whispers extends boolean, Membership extends boolean> {
  readonly whispers: Whispers;
  readonly membership: Membership;
}

/** Room kinds by name: what one server carries. */
export type Contract = Readonly<Record<string, RoomKind>>;

/** Event types that clients may publish and whose data is an object: what a shorthand can name. Where there are none,
 *  what the compiler says of any. */
export type ShorthandTarget<Events extends EventSpecs> =
  // Inferred, so that the compiler writes the names and not how they are found.
  {
    [T in keyof Events & string]: Events[T] extends EventSpec<z.ZodObject, 'client'> ? T : never;
  }[keyof Events & string] extends infer Target extends string
    ? [Target] extends [never]
      ? 'no event that clients publish has an object as its data'
      : Target
    : never;

/** Names that shorthands of a kind cannot have. */
type ReservedIn<Whispers extends boolean, Membership extends boolean> =
  | ReservedShorthand
  | (Whispers extends true ? 'whisper' : never)
  | (Membership extends true ? (typeof MEMBERSHIP_PROCEDURES)[number] : never);

/** Shorthands, with what the compiler says of those whose names are taken. */
type Unreserved<Short, Reserved> = {
  [S in keyof Short]: S extends Reserved & string ? `${S} is reserved` : Short[S];
};

const DEFAULT_HISTORY: Retention = { maxEvents: 10_000, maxAgeMs: 30 * DAY };

/** Declares a room kind. Schemas are made strict: unknown keys are refused, at any depth (CON3).
 *  `shorthands` names procedures that publish one event: `{ send: 'message' }` gives `send`.
 *  `history` defaults to 10,000 events and 30 days; `whispers` and `membership` to false. `presence`: what a
 *  member may say of himself; default: nothing. `people`: are followers told who is there? Default true.
 *  `recent`: how many of the newest durable events `ready` carries to whoever comes anew, at most 200, default
 *  50.
 *  @throws Error when a name is reserved or malformed: contracts fail at start, not at use. */
export function defineRoom<
  const Name extends string,
  Events extends EventSpecs,
  Presence extends z.ZodType = z.ZodNever,
  // No shorthands: a record without keys.
  // oxlint-disable-next-line typescript/no-generated-empty-object-type
  const Short extends Readonly<Record<string, ShorthandTarget<Events>>> = Record<never, never>,
  const Whispers extends boolean = false,
  const Membership extends boolean = false,
>(
  name: Name,
  spec: {
    events: Events;
    presence?: Presence;
    history?: Partial<Retention>;
    people?: boolean;
    recent?: number;
    shorthands?: Unreserved<Short, ReservedIn<Whispers, Membership>>;
    whispers?: Whispers;
    membership?: Membership;
  },
): RoomKind<Name, WithNews<Events, Membership> & LifeEvents<Events>, Presence, Short> &
  KindTraits<Whispers, Membership> {
  // Whatever has a reserved name is refused below.
  const shorthands = (spec.shorthands ?? {}) as Short;
  const { maxEvents, maxAgeMs } = spec.history ?? {};
  const history = {
    maxEvents: maxEvents ?? DEFAULT_HISTORY.maxEvents,
    maxAgeMs: maxAgeMs ?? DEFAULT_HISTORY.maxAgeMs,
  };
  const { events, presence, people = true, recent = limits.recentDefault } = spec;
  // The defaults of the type parameters are `false` exactly where these are absent.
  const { whispers = false as Whispers, membership = false as Membership } = spec;
  checkKind({ name, events, presence, shorthands, history, recent, whispers, membership });
  const derived = lifeEvents(events);
  return {
    name,
    // What its events' lives give rise to, by the same rules in types and at run time.
    events: { ...eventsOf(events, membership), ...strictEvents(derived) } as WithNews<
      Events,
      Membership
    > &
      LifeEvents<Events>,
    presence: presence && strict(presence),
    history,
    people,
    recent,
    shorthands,
    whispers,
    membership,
  };
}

/** A kind's events, with the news that its rooms have of their members where they have any. */
export type WithNews<
  Events extends EventSpecs,
  Membership extends boolean,
> = Membership extends true ? Events & typeof roomNews : Events;

function eventsOf(events: EventSpecs, hasNews: boolean): EventSpecs {
  return strictEvents(hasNews ? { ...events, ...roomNews } : events);
}

function strictEvents<Events extends EventSpecs>(events: Events): Events {
  const entries = Object.entries(events).map(
    ([type, event]) => [type, { ...event, data: strict(event.data) }] as const,
  );
  // Only the schemas' strictness changed, which has no type.
  return Object.fromEntries(entries) as unknown as Events;
}

/** Type names of a kind's events. */
export type EventType<K extends RoomKind> = keyof K['events'] & string;

/** The durable event types of a kind. */
export type DurableType<K extends RoomKind> = {
  [T in EventType<K>]: K['events'][T] extends DurableSpec ? T : never;
}[EventType<K>];

/** The latest-value event types of a kind. */
export type LatestType<K extends RoomKind> = {
  [T in EventType<K>]: K['events'][T] extends LatestSpec ? T : never;
}[EventType<K>];

/** The activities of a kind. */
export type ActivityType<K extends RoomKind> = {
  [T in EventType<K>]: K['events'][T] extends ActivitySpec ? T : never;
}[EventType<K>];

/** The event types of a kind that clients may publish. */
export type ClientEventType<K extends RoomKind> = {
  [T in EventType<K>]: K['events'][T] extends EventSpec<z.ZodType, 'client'> ? T : never;
}[EventType<K>];

/** An event's data as subscribers see it. */
export type EventData<K extends RoomKind, T extends EventType<K>> = z.output<
  K['events'][T]['data']
>;

/** An event's data as a publisher gives it, before defaults and transforms. */
export type EventInput<K extends RoomKind, T extends EventType<K>> = z.input<
  K['events'][T]['data']
>;
