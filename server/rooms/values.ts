import {
  limits,
  type Crowd,
  type Frame,
  type LatestKey,
  type LatestSpec,
  type RoomEvent,
  type RoomKind,
} from '../../shared/index.ts';
import type { Keeping, LiveMessage } from '../bus/bus.ts';
import type { Clock } from '../clock.ts';
import type { PresenceChange, WhoIsThere } from '../presence/presence.ts';
import { Crowds } from './crowds.ts';
import { idOf, LatestValues, type Gone } from './latest-values.ts';

/** What a room's values are made from. */
export interface ValuesOptions {
  readonly kind: RoomKind;
  readonly clock: Clock;
  readonly people: WhoIsThere;
  /** Takes a frame for all who follow, but not for the user `except`. */
  readonly emit: (frame: Frame<RoomEvent>, except: string | undefined) => void;
  /** Called when values have gone by themselves. */
  readonly onGone: () => void;
  /** Has this node published the message of that number? */
  readonly isOwn: (number: string) => boolean;
  /** Takes values that others need not judge any more. */
  readonly forget: (values: readonly { readonly id: string; readonly number: string }[]) => void;
}

/** What a newcomer, or whoever was behind, is told of the values. */
export interface Standing {
  readonly latest: readonly RoomEvent[];
  readonly crowds?: readonly Crowd[];
}

/** The latest values of a room, and when they end: by age, with whoever set them, by an event of his, or
 *  by what they say themselves (CON1, TYP1). */
export class Values {
  readonly #options: ValuesOptions;
  readonly #values = new LatestValues({
    maxValues: limits.latestValues,
    maxLength: limits.latestLength,
  });
  readonly #crowds: Crowds;
  /** By durable event: the values that it ends. */
  readonly #endedBy = new Map<string, string[]>();
  #cancelExpiry = () => {};
  /** While what is kept is read: the values that have changed since. */
  #changed: Set<string> | undefined;
  /** And whose have ended since, be they known here or not, with when: what is kept may be older than that. */
  #ended: Map<string, number> | undefined;

  constructor(options: ValuesOptions) {
    this.#options = options;
    this.#crowds = new Crowds({
      clock: options.clock,
      valuesOf: (type) => this.#values.of(type),
      emit: (crowd) => options.emit({ type: 'crowd', ...crowd }, undefined),
    });
    for (const [type, spec] of Object.entries(options.kind.events)) {
      for (const ending of spec.delivery === 'latest' ? spec.endedBy : []) {
        this.#endedBy.set(ending, [...(this.#endedBy.get(ending) ?? []), type]);
      }
    }
  }

  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  /** As a user is to see them: without his own where those are not for him. */
  shownTo(userId: string | undefined): Standing {
    const latest = this.#values.events().filter(({ type, by }) => {
      return !this.#crowds.has(type) && (by.id !== userId || this.#specOf(type)?.echo !== false);
    });
    const crowds = this.#crowds.now();
    return crowds.length > 0 ? { latest, crowds } : { latest };
  }

  /** Is there somebody for a client's value to go with? One that has come too late, or from outside,
   *  would never go. The server's own code may say it of anybody. */
  mayHold({ type, memberId, by }: LiveMessage): boolean {
    const spec = this.#specOf(type);
    if (!spec || spec.clear === 'never' || memberId === undefined) return true;
    // Time takes it away, whoever is there.
    if (spec.expiresMs !== undefined) return true;
    const { people } = this.#options;
    if (spec.key === 'member') return people.isSeated(memberId);
    return spec.clear === 'drop' ? people.isHere(by.id) : people.hasUser(by.id);
  }

  /** How a latest event is kept for other nodes. */
  keepingOf(spec: LatestSpec, message: LiveMessage, data: unknown): Keeping {
    return {
      id: idOf(message.type, keyOf(spec.key, message, data)),
      lifeMs: spec.expiresMs,
      // The contract's own function, given what its own schema has produced.
      isEnd: spec.isEnd?.(data as never) === true,
    };
  }

  /** Takes a latest event from the bus. */
  take(spec: LatestSpec, message: LiveMessage, plain: RoomEvent): void {
    if (!this.mayHold(message)) return;
    const { type } = message;
    const key = keyOf(spec.key, message, plain.data);
    this.#changed?.add(idOf(type, key));
    if (spec.isEnd?.(plain.data as never)) this.#clear(this.#values.end(type, key));
    else this.#set(spec, message, { plain, key });
  }

  #set(
    spec: LatestSpec,
    message: LiveMessage,
    { plain, key, leftMs }: { plain: RoomEvent; key: string; leftMs?: number },
  ): void {
    const { type, data: text, number } = message;
    const lifeMs = spec.expiresMs ?? Number.POSITIVE_INFINITY;
    const expiresAt = this.#options.clock.elapsed() + (leftMs ?? lifeMs);
    const isRepeat = spec.changesOnly && this.#values.renew(type, key, { text, expiresAt, number });
    if (!isRepeat) {
      const event = spec.key === 'member' ? { ...plain, key } : plain;
      const owner = ownerOf(spec, message);
      const tooMany = this.#values.set({ event, key, number, text, owner, expiresAt });
      if (this.#options.isOwn(number)) this.#forget(tooMany);
      this.#clear(tooMany);
      this.#tell(spec, type, { type: 'event', event }, event.by.id);
    }
    if (Number.isFinite(expiresAt)) this.#scheduleExpiry();
  }

  /** Begins to note what changes while what is kept is read. */
  beginRestating(): void {
    this.#changed = new Set();
    this.#ended = new Map();
  }

  /** Takes a value that is kept, unless it has changed since. */
  restate(
    spec: LatestSpec,
    { message, leftMs }: { message: LiveMessage; leftMs: number },
    plain: RoomEvent,
  ): void {
    const { type, number } = message;
    const key = keyOf(spec.key, message, plain.data);
    if (this.#changed?.has(idOf(type, key)) || this.#hasEnded(spec, message)) return;
    if (this.#values.isSetBy(number, type, key) || !this.mayHold(message)) return;
    this.#set(spec, message, { plain, key, leftMs });
  }

  /** What is not kept and has not changed since is no more. */
  keepRestated(kept: readonly { readonly id: string }[]): void {
    const ids = new Set([...kept.map(({ id }) => id), ...(this.#changed ?? [])]);
    this.#clear(this.#values.keepOnly(ids));
  }

  /** Notes no longer what changes. */
  endRestating(): void {
    this.#changed = undefined;
    this.#ended = undefined;
  }

  #hasEnded(spec: LatestSpec, message: LiveMessage): boolean {
    const { type, by, at } = message;
    const names = [`event ${type} ${by.id}`, ownerOf(spec, message) ?? ''];
    return names.some((name) => at <= (this.#ended?.get(name) ?? Number.NEGATIVE_INFINITY));
  }

  /** Somebody has published a durable event, at a time in milliseconds since 1970. */
  published(type: string, userId: string, at: number): void {
    if (this.isEmpty && !this.#ended) return;
    for (const ended of this.#endedBy.get(type) ?? []) {
      this.#ended?.set(`event ${ended} ${userId}`, at);
      const gone = this.#values.endOf(userId, ended);
      // Time takes the others away, wherever they are kept, if whoever has published them does not.
      const lasts = this.#specOf(ended)?.expiresMs === undefined;
      this.#forget(lasts ? gone : this.#ownOf(gone));
      this.#clear(gone);
    }
  }

  /** Somebody's connection, or he himself, has left. */
  left(change: PresenceChange): void {
    if (this.isEmpty && !this.#ended) return;
    if (change.type === 'gone') this.#leave(`member ${change.memberId}`);
    if (change.type === 'away') this.#leave(`here ${change.userId}`);
    if (change.type === 'leave') {
      this.#leave(`here ${change.user.id}`);
      this.#leave(`user ${change.user.id}`);
    }
  }

  /** Stops the timers. */
  close(): void {
    this.#cancelExpiry();
    this.#crowds.close();
  }

  // Whoever reads what is kept judges whether its owner is there. So one node that forgets it is enough.
  #leave(owner: string): void {
    this.#ended?.set(owner, Number.POSITIVE_INFINITY);
    const gone = this.#values.leave(owner);
    this.#forget(this.#ownOf(gone));
    this.#clear(gone);
  }

  #ownOf(gone: readonly Gone[]): readonly Gone[] {
    return gone.filter(({ number }) => this.#options.isOwn(number));
  }

  #forget(gone: readonly Gone[]): void {
    if (gone.length === 0) return;
    this.#options.forget(gone.map(({ type, key, number }) => ({ id: idOf(type, key), number })));
  }

  #clear(gone: readonly Gone[]): void {
    for (const { type, key, userId } of gone) {
      const spec = this.#specOf(type);
      if (spec) this.#tell(spec, type, { type: 'cleared', event: type, key }, userId);
    }
  }

  #tell(spec: LatestSpec, type: string, frame: Frame<RoomEvent>, userId: string): void {
    if (spec.activity !== undefined && this.#crowds.take(type)) return;
    this.#options.emit(frame, spec.echo ? undefined : userId);
  }

  #specOf(type: string): LatestSpec | undefined {
    const spec = this.#options.kind.events[type];
    return spec?.delivery === 'latest' ? spec : undefined;
  }

  #scheduleExpiry(): void {
    this.#cancelExpiry();
    const { clock } = this.#options;
    const next = this.#values.nextExpiry();
    if (next === undefined) return;
    this.#cancelExpiry = clock.after(Math.max(0, next - clock.elapsed()), () => this.#expire());
  }

  #expire(): void {
    this.#clear(this.#values.expire(this.#options.clock.elapsed()));
    this.#scheduleExpiry();
    this.#options.onGone();
  }
}

function keyOf(key: LatestKey<never>, message: LiveMessage, data: unknown): string {
  switch (key) {
    case 'room':
      return '';
    case 'user':
      return message.by.id;
    case 'member':
      return message.memberId ?? message.by.id;
    default:
      // The contract's own key function, given what its own schema has produced.
      return key(data as never);
  }
}

/** Whose leaving ends a value. `here` is the user as long as a connection of his lasts. */
function ownerOf({ key, clear }: LatestSpec, { by, memberId }: LiveMessage): string | undefined {
  if (clear === 'never') return undefined;
  if (key === 'member') return `member ${memberId ?? by.id}`;
  return `${clear === 'drop' ? 'here' : 'user'} ${by.id}`;
}
