import { z } from 'zod';
import { READ_TYPE } from './built-in-names.ts';
import { durable, latest, type DurableSpec, type EventSpec, type LatestSpec } from './delivery.ts';
import type { By } from './event.ts';
import { HOUR } from './limits.ts';
import { typesWhere, type NoLife, type ReactionMode, type TypesWith } from './life.ts';
import type { EventSpecs, RoomKind } from './room-kind.ts';

/** Everybody who reacted with one name. */
export interface Reaction {
  readonly name: string;
  /** How often, over all users. */
  readonly count: number;
  /** The first of those who did, at most five. */
  readonly users: readonly By[];
}

/** Data of `edited`: what takes the place of the target's data. */
export type Edited<Of extends string = string, Data = unknown> = {
  readonly target: string;
  /** The target's type. */
  readonly of: Of;
  readonly data: Data;
};

/** Data of `removed`: what is left of the target. */
export type Removed<Of extends string = string> = {
  readonly target: string;
  readonly of: Of;
  readonly author: By;
  readonly sentAt: Date;
  readonly replyTo?: string | undefined;
};

/** Data of `reacted`: all reactions to the target as they are now. */
export type Reacted<Of extends string = string> = {
  readonly target: string;
  readonly of: Of;
  readonly reactions: readonly Reaction[];
};

/** Data of `read`: everything up to this position is read. */
export type Read = { readonly position: string };

type EditedIn<Events extends EventSpecs> = {
  [T in TypesWith<Events, { editable: true }>]: Edited<T, z.output<Events[T]['data']>>;
}[TypesWith<Events, { editable: true }>];

/** The derived events by type, as far as `Events` gives rise to them. */
export type LifeEvents<Events extends EventSpecs> = ([
  TypesWith<Events, { editable: true }>,
] extends [never]
  ? unknown
  : { readonly edited: ServerEvent<EditedIn<Events>> }) &
  ([TypesWith<Events, { removable: true }>] extends [never]
    ? unknown
    : { readonly removed: ServerEvent<Removed<TypesWith<Events, { removable: true }>>> }) &
  ([TypesWith<Events, { reactions: ReactionMode }>] extends [never]
    ? unknown
    : {
        readonly reacted: ServerEvent<Reacted<TypesWith<Events, { reactions: ReactionMode }>>>;
      }) &
  ([TypesWith<Events, { countable: true }>] extends [never]
    ? unknown
    : { readonly read: LatestSpec<z.ZodType<Read>, 'server'> });

type ServerEvent<Data> = DurableSpec<z.ZodType<Data>, 'server', NoLife>;

const target = z.string();
const by = z.object({ id: z.string(), name: z.string() });
const reaction = z.object({ name: z.string(), count: z.int(), users: z.array(by) });

const GIVEN_RISE_BY: Readonly<Record<string, (spec: DurableSpec) => boolean>> = {
  edited: ({ life }) => life.editable,
  removed: ({ life }) => life.removable,
  reacted: ({ life }) => life.reactions !== undefined,
  [READ_TYPE]: ({ life }) => life.countable,
};

/** Is an event of a kind one that `defineRoom` has derived, which rooms alone publish? */
export function isDerived(kind: RoomKind, type: string): boolean {
  const isRise = Object.hasOwn(GIVEN_RISE_BY, type) ? GIVEN_RISE_BY[type] : undefined;
  return isRise !== undefined && typesWhere(kind, isRise).length > 0;
}

/** Makes the events that the lives of others give rise to. */
export function lifeEvents(events: EventSpecs): Record<string, EventSpec> {
  const lives = Object.entries(events).flatMap(([type, spec]) =>
    spec.delivery === 'durable' ? [{ of: z.literal(type), data: spec.data, ...spec.life }] : [],
  );
  const editable = lives.filter((life) => life.editable);
  const removable = lives.filter((life) => life.removable);
  const reactable = lives.filter((life) => life.reactions !== undefined);
  const derived: Record<string, EventSpec> = {};
  if (editable.length > 0) {
    derived['edited'] = durable(
      z.union(editable.map(({ of, data }) => z.object({ target, of, data }))),
    );
  }
  if (removable.length > 0) {
    const of = z.union(removable.map((life) => life.of));
    const replyTo = z.string().optional();
    derived['removed'] = durable(z.object({ target, of, author: by, sentAt: z.date(), replyTo }));
  }
  if (reactable.length > 0) {
    const of = z.union(reactable.map((life) => life.of));
    derived['reacted'] = durable(z.object({ target, of, reactions: z.array(reaction) }));
  }
  if (lives.some((life) => life.countable)) {
    // Whoever comes later asks for receipts: what is kept live need not live long.
    const expiresMs = HOUR;
    derived[READ_TYPE] = latest(z.object({ position: z.string() }), { key: 'user', expiresMs });
  }
  return derived;
}
