import type {
  By,
  Crowd,
  EventOf,
  FrameOf,
  LatestSpec,
  RoomEvent,
  RoomKind,
} from '../../shared/index.ts';
import { callGuarded } from '../listeners.ts';
import { createStore, type OwnStore, type Store } from '../store.ts';

/** Those who do something just now, as a screen shows it: never oneself. */
export interface Active {
  /** Those who began first. All of them, or of a crowd some. */
  readonly users: readonly By[];
  /** How many. */
  readonly count: number;
}

/** The values of one event by their keys: a user id, a member, `''` for the room's own, or what the
 *  contract's function says. */
export type ValuesByKey = ReadonlyMap<string, RoomEvent>;

const NONE: ValuesByKey = new Map();
const NOBODY: Active = { users: [], count: 0 };

/** Keeps the latest values of a room by type, and who is active. */
export class RoomValues<K extends RoomKind> {
  readonly #kind: K;
  readonly #isOneself: (userId: string) => boolean;
  readonly #isOneselfActive: (type: string) => boolean;
  readonly #values = new Map<string, OwnStore<ValuesByKey>>();
  readonly #active = new Map<string, OwnStore<Active>>();
  readonly #crowds = new Map<string, Crowd>();

  constructor(options: {
    readonly kind: K;
    readonly isOneself: (userId: string) => boolean;
    /** Were others told that one is? */
    readonly isOneselfActive: (type: string) => boolean;
  }) {
    this.#kind = options.kind;
    this.#isOneself = options.isOneself;
    this.#isOneselfActive = options.isOneselfActive;
  }

  latest(type: string): Store<ValuesByKey> {
    return this.#valuesOf(type).store;
  }

  active(type: string): Store<Active> {
    return this.#activeOf(type).store;
  }

  observe(frame: FrameOf<K>): void {
    switch (frame.type) {
      case 'ready':
      case 'latest':
        return this.#replace(frame.latest, frame.crowds ?? []);
      case 'event':
        return this.#put(frame.event);
      case 'cleared':
        return this.#remove(frame.event, frame.key);
      case 'crowd':
        return this.#crowd(frame);
      default:
        return undefined;
    }
  }

  /** Nothing comes for now: an activity whose end nobody tells of would go on for ever (TYP1). */
  quiet(): void {
    this.#crowds.clear();
    for (const type of this.#active.keys()) {
      if (this.#specOf(type)?.activity !== undefined) this.#set(type, NONE);
    }
  }

  #replace(events: readonly EventOf<K>[], crowds: readonly Crowd[]): void {
    this.#crowds.clear();
    for (const crowd of crowds) this.#crowds.set(crowd.event, crowd);
    const types = Object.keys(this.#kind.events);
    for (const type of types) {
      const spec = this.#specOf(type);
      if (!spec) continue;
      const next = new Map<string, RoomEvent>();
      for (const event of events) if (event.type === type) put(next, spec, event);
      this.#set(type, next);
    }
  }

  #put(event: EventOf<K>): void {
    const spec = this.#specOf(event.type);
    if (!spec) return;
    const next = new Map(this.#valuesOf(event.type).store.getSnapshot());
    put(next, spec, event);
    this.#set(event.type, next);
  }

  #remove(type: string, key: string): void {
    const crowd = this.#crowds.get(type);
    // A crowd that was named whole is told one by one from there on.
    if (crowd) this.#crowds.set(type, without(crowd, key));
    const next = new Map(this.#valuesOf(type).store.getSnapshot());
    next.delete(key);
    this.#set(type, next);
  }

  #crowd({ event, count, users }: Crowd): void {
    if (count === 0) this.#crowds.delete(event);
    else this.#crowds.set(event, { event, count, users });
    this.#set(event, NONE);
  }

  #set(type: string, values: ValuesByKey): void {
    const own = this.#valuesOf(type);
    if (values.size > 0 || own.store.getSnapshot().size > 0) own.set(values);
    if (this.#specOf(type)?.activity === undefined) return;
    const { set, store } = this.#activeOf(type);
    const next = this.#activeNow(type, values);
    if (next.count > 0 || store.getSnapshot().count > 0) set(next);
  }

  #activeNow(type: string, values: ValuesByKey): Active {
    const crowd = this.#crowds.get(type);
    const by = new Map((crowd?.users ?? []).map((user) => [user.id, user]));
    const unnamed = crowd ? crowd.count - crowd.users.length : 0;
    for (const event of values.values()) by.set(event.by.id, event.by);
    const users = [...by.values()].filter(({ id }) => !this.#isOneself(id));
    const isNamed = users.length < by.size;
    const oneself = unnamed > 0 && !isNamed && this.#isOneselfActive(type) ? 1 : 0;
    return { users, count: users.length + unnamed - oneself };
  }

  #specOf(type: string): LatestSpec | undefined {
    const spec = Object.hasOwn(this.#kind.events, type) ? this.#kind.events[type] : undefined;
    return spec?.delivery === 'latest' ? spec : undefined;
  }

  #valuesOf(type: string): OwnStore<ValuesByKey> {
    const own = this.#values.get(type) ?? createStore<ValuesByKey>(NONE);
    this.#values.set(type, own);
    return own;
  }

  #activeOf(type: string): OwnStore<Active> {
    const own = this.#active.get(type) ?? createStore<Active>(NOBODY);
    this.#active.set(type, own);
    return own;
  }
}

function without({ event, count, users }: Crowd, userId: string): Crowd {
  const others = users.filter(({ id }) => id !== userId);
  return { event, count: count - (users.length - others.length), users: others };
}

/** Leaves out a value that the contract's own function cannot key, as that of a page may do with what a newer
 *  contract says: the stream goes on. */
function put(values: Map<string, RoomEvent>, spec: LatestSpec, event: RoomEvent): void {
  callGuarded(() => values.set(keyOf(spec, event), event));
}

/** As the server keys it. @throws whatever the contract's own function throws */
function keyOf({ key }: LatestSpec, { by, data, key: named }: RoomEvent): string {
  switch (key) {
    case 'room':
      return '';
    case 'user':
      return by.id;
    case 'member':
      return named ?? by.id;
    default:
      // The contract's own function, given what its own schema has produced.
      return key(data as never);
  }
}
