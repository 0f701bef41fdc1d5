import type { DurableSpec } from './delivery.ts';
import type { EventSpecs, RoomKind } from './room-kind.ts';

/** How a user may react to one event. `unique`: with one name, a new one takes the place of the old.
 *  `distinct`: with several names, each once. `multiple`: with several names, each as often as he likes. */
export type ReactionMode = 'unique' | 'distinct' | 'multiple';

/** What can happen to a durable event after it was published. Of events that only the server publishes its own
 *  code alone edits and removes them, by `rooms.edit` and `rooms.remove`. */
export interface Life {
  /** Its author may give it other data. */
  readonly editable: boolean;
  /** Its author may take it back: its content is erased (LOG5). */
  readonly removable: boolean;
  /** Users may react to it. */
  readonly reactions: ReactionMode | undefined;
  /** It may answer, and be answered by, another event that says so. */
  readonly replies: boolean;
  /** It counts as unread until it is read. */
  readonly countable: boolean;
}

/** The life of an event that stays as it is. */
export type NoLife = {
  readonly editable: false;
  readonly removable: false;
  readonly reactions: undefined;
  readonly replies: false;
  readonly countable: false;
};

/** Types of the events whose life has what `Part` says. */
export type TypesWith<Events extends EventSpecs, Part extends Partial<Life>> = {
  [T in keyof Events]: Events[T] extends { readonly life: Part } ? T : never;
}[keyof Events] &
  string;

/** Event types of a kind by what can happen to them. */
export type EditableType<K extends RoomKind> = TypesWith<K['events'], { editable: true }>;
export type RemovableType<K extends RoomKind> = TypesWith<K['events'], { removable: true }>;
export type ReactableType<K extends RoomKind> = TypesWith<K['events'], { reactions: ReactionMode }>;
export type ReplyType<K extends RoomKind> = TypesWith<K['events'], { replies: true }>;
export type CountableType<K extends RoomKind> = TypesWith<K['events'], { countable: true }>;

/** Event types of a kind that have a life of any form: its messages. */
export type MessageType<K extends RoomKind> =
  | EditableType<K>
  | RemovableType<K>
  | ReactableType<K>
  | ReplyType<K>
  | CountableType<K>;

/** Does a durable event have a life of any form? */
export function isAlive({ life }: DurableSpec): boolean {
  const { editable, removable, reactions, replies, countable } = life;
  return editable || removable || reactions !== undefined || replies || countable;
}

/** The names of a kind's messages. */
export function messageTypes(kind: RoomKind): ReadonlySet<string> {
  return new Set(typesWhere(kind, isAlive));
}

/** The names of a kind's durable events for which a condition holds, in the order of the contract. */
export function typesWhere(kind: RoomKind, holds: (spec: DurableSpec) => boolean): string[] {
  return Object.entries(kind.events).flatMap(([type, spec]) =>
    spec.delivery === 'durable' && holds(spec) ? [type] : [],
  );
}
