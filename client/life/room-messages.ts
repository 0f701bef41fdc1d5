import {
  emptyFold,
  foldEvents,
  foldPage,
  forgetUpTo,
  messagesOf,
  messageTypes,
  parsePosition,
  type EventData,
  type EventInput,
  type Fold,
  type FrameOf,
  type HistoryPage,
  type Message,
  type MessageType,
  type MessageView,
  type RoomError,
  type RoomEvent,
  type RoomKind,
} from '../../shared/index.ts';
import { toRoomError } from '../call-error.ts';
import type { Clock } from '../clock.ts';
import type { OutboxEntry } from '../outbox/room-outbox.ts';
import type { Room } from '../room.ts';
import { createStore, type Store } from '../store.ts';
import { Retrying } from './retrying.ts';

/** A message that the room has, as it is now. Of a removed one `data` is undefined. */
export type MessageOf<K extends RoomKind> = {
  [T in MessageType<K>]: Message<T, EventData<K, T>>;
}[MessageType<K>];

/** A message of one's own that the room does not have yet, or has refused. */
export type PendingMessage<K extends RoomKind> = {
  [T in MessageType<K>]: {
    /** Its key: for `retry` and `discard` of the outbox. */
    readonly key: string;
    readonly type: T;
    readonly data: EventInput<K, T>;
    readonly at: Date;
    readonly replyTo?: string;
    readonly state: 'queued' | 'sending' | 'failed';
    /** With `failed`: why. */
    readonly error?: RoomError;
  };
}[MessageType<K>];

/** One line of a screen. */
export type MessageItem<K extends RoomKind> =
  | (MessageOf<K> & { readonly state: 'stored' })
  | PendingMessage<K>;

/** The newest messages of a room. */
export interface MessagesSnapshot<K extends RoomKind> {
  /** Oldest first; those that are not stored yet come last. A message that nothing happened to stays the same
   *  object. */
  readonly items: readonly MessageItem<K>[];
  /** Are there older ones that `loadOlder` would bring? */
  readonly hasOlder: boolean;
  readonly isLoading: boolean;
  /** Why they cannot be loaded. */
  readonly error?: RoomError;
}

/** The messages of a room, folded to date: a store. It loads the newest page when it is first listened to,
 *  and anew after a gap. */
export interface RoomMessages<K extends RoomKind> extends Store<MessagesSnapshot<K>> {
  /** Loads the page before the oldest message. Nothing happens while one is loaded, where there is none, and
   *  with 2,000 messages here. @throws RoomError */
  loadOlder(): Promise<void>;
}

/** What they are made from. */
export interface MessagesParts {
  readonly kind: RoomKind;
  readonly room: Pick<Room<RoomKind>, 'history' | 'onFrame' | 'current' | 'outbox' | 'subscribe'>;
  readonly clock: Clock;
  readonly random: () => number;
}

const PAGE = 50;
// A page of changes alone shows nothing: so many are read on before the reader sees that.
const MOST_PAGES = 5;
/** Messages held; beyond, the oldest go, and come again with `loadOlder` after the next reload. */
export const MOST_MESSAGES = 2_000;

type Page = HistoryPage<RoomEvent>;

// Within the store messages are of any kind: `roomMessages` says which.
type Stored = Message & { readonly state: 'stored' };
interface Pending {
  readonly key: string;
  readonly type: string;
  readonly data: unknown;
  readonly at: Date;
  readonly replyTo?: string;
  readonly state: 'queued' | 'sending' | 'failed';
  readonly error?: RoomError;
}
interface Snapshot extends Omit<MessagesSnapshot<RoomKind>, 'items'> {
  readonly items: readonly (Stored | Pending)[];
}

/** Makes the store of one room's messages. */
export function roomMessages<K extends RoomKind>(parts: MessagesParts): RoomMessages<K> {
  // The fold and the outbox hold messages of the kind that they are of, and no others.
  return new MessageStore(parts) as unknown as RoomMessages<K>;
}

class MessageStore implements Store<Snapshot> {
  readonly #parts: MessagesParts;
  readonly #types: ReadonlySet<string>;
  readonly #own = createStore<Snapshot>({ items: [], hasOlder: false, isLoading: false });
  readonly #newest: Retrying<Page>;
  #isStarted = false;
  #fold: Fold = emptyFold();
  #view: MessageView = messagesOf(emptyFold());
  /** The item that each message is shown as. */
  #items = new Map<Message, Stored>();
  #loadingOlder: Promise<void> | undefined;
  #hasAsked = false;
  #isLoading = false;
  #error: RoomError | undefined;

  constructor(parts: MessagesParts) {
    this.#parts = parts;
    this.#types = messageTypes(parts.kind);
    const { clock, random, room } = parts;
    this.#newest = new Retrying<Page>({
      clock,
      random,
      ask: () => room.history({ limit: PAGE }),
      onAnswer: (page) => this.#begin(page),
      onFail: (error) => {
        this.#error = error;
        this.#isLoading = false;
        this.#show();
      },
    });
  }

  getSnapshot(): Snapshot {
    return this.#own.store.getSnapshot();
  }

  subscribe(listener: () => void): () => void {
    this.#start();
    return this.#own.store.subscribe(listener);
  }

  loadOlder(): Promise<void> {
    if (this.#loadingOlder) return this.#loadingOlder;
    if (!this.getSnapshot().hasOlder) return Promise.resolve();
    const loading = this.#loadOlder(this.#view.messages.length).finally(() => {
      this.#loadingOlder = undefined;
      this.#show();
    });
    this.#loadingOlder = loading;
    this.#show();
    return loading;
  }

  #start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const { room } = this.#parts;
    room.onFrame((frame) => this.#receive(frame));
    room.outbox.subscribe(() => this.#show());
    room.subscribe(({ state }) => {
      if (state === 'left' || state === 'failed') this.#newest.stop();
    });
    this.#isLoading = true;
    if (room.current.state === 'joined') this.#reload();
    else this.#show();
  }

  #receive(frame: FrameOf<RoomKind>): void {
    if (frame.type === 'event') {
      this.#fold = foldEvents(this.#fold, [frame.event], this.#types);
      this.#show();
    } else if (frame.type === 'gap' || (frame.type === 'ready' && this.#isToReload(frame.start))) {
      this.#reload();
    }
  }

  /** Resumed, what is here goes on without a hole. */
  #isToReload(start: 'fresh' | 'resumed' | 'gap'): boolean {
    return start !== 'resumed' || !this.#hasAsked;
  }

  /** Begins anew with the newest page. What was shown stays until it is there. */
  #reload(): void {
    this.#fold = emptyFold();
    this.#error = undefined;
    this.#hasAsked = true;
    this.#isLoading = true;
    this.#newest.start();
    this.#show();
  }

  #begin(page: Page): void {
    this.#isLoading = false;
    this.#fold = foldPage(this.#fold, toFold(page, 0), this.#types);
    this.#show();
    if (this.#view.messages.length === 0) this.loadOlder().catch(() => {});
  }

  async #loadOlder(shown: number): Promise<void> {
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const { epoch, since } = this.#fold;
      if (epoch === undefined || since === 0 || !Number.isFinite(since)) return;
      const before = `${epoch}:${since + 1}`;
      const page = await this.#pageBefore(before);
      // Meanwhile it may have begun anew.
      if (!page || this.#fold.since !== since || this.#fold.epoch !== epoch) return;
      this.#fold = foldPage(this.#fold, toFold(page, since), this.#types);
      if (messagesOf(this.#fold).messages.length > shown) return;
    }
  }

  async #pageBefore(before: string): Promise<Page | undefined> {
    try {
      return await this.#parts.room.history({ before, limit: PAGE });
    } catch (cause) {
      const error = toRoomError(cause);
      if (error.code !== 'STALE_POSITION') throw error;
      this.#reload();
      return undefined;
    }
  }

  #show(): void {
    if (this.#fold.since !== Number.POSITIVE_INFINITY) {
      this.#view = messagesOf(this.#fold, this.#view);
      this.#forgetOldest();
    }
    const items = [...this.#stored(), ...this.#pending()];
    const before = this.getSnapshot();
    const { messages } = this.#view;
    const next: Snapshot = {
      items: isSame(items, before.items) ? before.items : items,
      hasOlder: this.#hasOlder() && messages.length < MOST_MESSAGES,
      isLoading: this.#isLoading || this.#loadingOlder !== undefined,
      ...(this.#error && { error: this.#error }),
    };
    const isUnchanged =
      next.items === before.items &&
      next.hasOlder === before.hasOlder &&
      next.isLoading === before.isLoading &&
      next.error === before.error;
    if (!isUnchanged) this.#own.set(next);
  }

  #hasOlder(): boolean {
    const { since } = this.#fold;
    return since > 0 && Number.isFinite(since);
  }

  #forgetOldest(): void {
    const { messages } = this.#view;
    const first = messages[messages.length - MOST_MESSAGES];
    const place = messages.length > MOST_MESSAGES && first && parsePosition(first.position);
    if (!place) return;
    this.#fold = forgetUpTo(this.#fold, place.offset - 1);
    this.#view = messagesOf(this.#fold, this.#view);
  }

  #stored(): Stored[] {
    const items = new Map<Message, Stored>();
    for (const message of this.#view.messages) {
      items.set(message, this.#items.get(message) ?? { ...message, state: 'stored' });
    }
    this.#items = items;
    return [...items.values()];
  }

  #pending(): Pending[] {
    const entries = this.#parts.room.outbox.getSnapshot();
    if (entries.length === 0) return [];
    const stored = new Set(this.#view.messages.map(({ idempotencyKey }) => idempotencyKey));
    const known = new Map(
      this.getSnapshot().items.flatMap((item) => ('key' in item ? [[item.key, item]] : [])),
    );
    return entries
      .filter(({ type, key }) => this.#types.has(type) && !stored.has(key))
      .map((entry) => {
        const item = pendingOf(entry);
        const before = known.get(item.key);
        return before?.state === item.state ? before : item;
      });
  }
}

function pendingOf({ key, type, data, at, replyTo, state, error }: OutboxEntry): Pending {
  const isOver = state === 'rejected' || state === 'expired';
  const unsent = state === 'queued' ? 'queued' : 'sending';
  return {
    key,
    type,
    data,
    at,
    ...(replyTo === undefined ? {} : { replyTo }),
    state: isOver ? 'failed' : unsent,
    ...(isOver && error ? { error } : {}),
  };
}

/** A page of history as the fold takes it. `since`: where it begins if it is the last there is. */
function toFold({ events, changes, hasMore }: Page, known: number) {
  const oldest = events[0] && parsePosition(events[0].position);
  const first = oldest ? oldest.offset - 1 : known;
  return { events, changes, since: hasMore ? first : 0 };
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
