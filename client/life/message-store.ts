import { clientLimits } from '../../shared/client-limits.ts';
import {
  emptyFold,
  foldEvents,
  foldPage,
  forgetUpTo,
  messagesOf,
  messageTypes,
  parsePosition,
  type Fold,
  type FrameOf,
  type HistoryPage,
  type Message,
  type MessageView,
  type RoomError,
  type RoomEvent,
  type RoomKind,
} from '../../shared/index.ts';
import { toRoomError } from '../call-error.ts';
import type { Clock } from '../clock.ts';
import { Listeners } from '../listeners.ts';
import { isOver, type Room } from '../room.ts';
import type { Store } from '../store.ts';
import { pendingItems, type PendingItem, type StoredItem } from './message-items.ts';
import { Retrying } from '../retrying.ts';

/** What they are made from. */
export interface MessagesParts {
  readonly kind: RoomKind;
  readonly room: Pick<Room<RoomKind>, 'history' | 'onFrame' | 'current' | 'outbox' | 'subscribe'>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Events loaded at once. */
  readonly pageSize: number;
  /** Who one is, as far as it is known. */
  readonly userId: () => string | undefined;
}

// Nobody looks at every event of a crowd: they are folded when somebody does, or so many have come.
const MOST_UNFOLDED = 200;
// A page of changes alone shows nothing: so many are read on before the reader sees that.
const MOST_PAGES = 5;
// Whoever reads on upwards reads on: each answer brings that many times the newest page.
const OLDER_PAGES = 4;
/** Messages held; beyond, the oldest go, and come again with `loadOlder` after the next reload. */
export const MOST_MESSAGES = 10_000;

type Page = HistoryPage<RoomEvent>;

/** What the store shows. Within it messages are of any kind: `roomMessages` says which. */
export interface MessageStoreSnapshot {
  readonly items: readonly (StoredItem | PendingItem)[];
  readonly hasOlder: boolean;
  readonly isLoading: boolean;
  readonly error?: RoomError;
}
type Snapshot = MessageStoreSnapshot;

/** The store of one room's messages. */
export class MessageStore implements Store<Snapshot> {
  readonly #parts: MessagesParts;
  readonly #types: ReadonlySet<string>;
  readonly #listeners = new Listeners<void>();
  #snapshot: Snapshot = { items: [], hasOlder: false, isLoading: true };
  /** Is the snapshot older than what it is made of? It is made when somebody looks. */
  #isStale = false;
  /** Events that are not folded yet. */
  #unfolded: RoomEvent[] = [];
  readonly #newest: Retrying<Page>;
  #isStarted = false;
  /** Undefined: the outbox is not heard. */
  #forgetOutbox: (() => void) | undefined;
  #fold: Fold = emptyFold();
  #view: MessageView = messagesOf(emptyFold());
  /** The item that each message is shown as. */
  #items = new Map<Message, StoredItem>();
  #loadingOlder: Promise<void> | undefined;
  #hasAsked = false;
  #isLoading = false;
  #error: RoomError | undefined;

  constructor(parts: MessagesParts) {
    this.#parts = parts;
    this.#types = messageTypes(parts.kind);
    const { clock, random, room, pageSize: limit } = parts;
    this.#newest = new Retrying<Page>({
      clock,
      random,
      ask: () => room.history({ limit }),
      onAnswer: (page) => this.#begin(page),
      onFail: (error) => {
        this.#error = error;
        this.#isLoading = false;
        this.#show();
      },
    });
  }

  getSnapshot(): Snapshot {
    if (this.#isStale || (this.#isStarted && !this.#forgetOutbox)) this.#refresh();
    return this.#snapshot;
  }

  subscribe(listener: () => void): () => void {
    const forget = this.#listeners.add(listener);
    this.#start();
    this.#hearOutbox();
    return () => {
      forget();
      this.#hearOutbox();
    };
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
    room.subscribe((state) => {
      if (isOver(state)) this.#end();
    });
    this.#isLoading = !isOver(room.current);
    if (room.current.state === 'joined') this.#reload();
    else this.#show();
  }

  /** No event comes any more. */
  #end(): void {
    this.#newest.stop();
    this.#isLoading = false;
    this.#show();
    this.#hearOutbox();
  }

  /** The outbox is the client's, and holds whoever hears it. After the end that is whoever is shown what is
   *  still on its way: a publish survives a `leave`. */
  #hearOutbox(): void {
    const { current, outbox } = this.#parts.room;
    const isShown = this.#listeners.size > 0 && outbox.getSnapshot().length > 0;
    if (isOver(current) && !isShown) {
      this.#forgetOutbox?.();
      this.#forgetOutbox = undefined;
    } else {
      this.#forgetOutbox ??= outbox.subscribe(() => {
        this.#show();
        this.#hearOutbox();
      });
    }
  }

  #receive(frame: FrameOf<RoomKind>): void {
    if (frame.type === 'event') {
      this.#unfolded.push(frame.event);
      if (this.#unfolded.length >= MOST_UNFOLDED) this.#foldOn();
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
    this.#unfolded = [];
    this.#fold = emptyFold();
    this.#error = undefined;
    this.#hasAsked = true;
    this.#isLoading = true;
    this.#newest.start();
    this.#show();
  }

  #begin(page: Page): void {
    this.#isLoading = false;
    this.#foldOn();
    this.#fold = foldPage(this.#fold, toFold(page, 0), this.#types);
    this.#show();
    if (this.getSnapshot().items.length === 0) void this.#readOn();
  }

  /** What is being loaded already is older than what was here before: it loads nothing of this. */
  async #readOn(): Promise<void> {
    await this.#loadingOlder?.catch(() => {});
    await this.loadOlder().catch(() => {});
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
      const limit = Math.min(this.#parts.pageSize * OLDER_PAGES, clientLimits.historyPageMax);
      return await this.#parts.room.history({ before, limit });
    } catch (cause) {
      const error = toRoomError(cause);
      if (error.code !== 'STALE_POSITION') throw error;
      this.#reload();
      return undefined;
    }
  }

  #show(): void {
    this.#isStale = true;
    this.#listeners.tell();
  }

  #foldOn(): void {
    this.#fold = foldEvents(this.#fold, this.#unfolded, this.#types);
    this.#unfolded = [];
  }

  #refresh(): void {
    this.#isStale = false;
    this.#foldOn();
    if (this.#fold.since !== Number.POSITIVE_INFINITY) {
      this.#view = messagesOf(this.#fold, this.#view);
      this.#forgetOldest();
    }
    const items = [...this.#stored(), ...this.#pending()];
    const before = this.#snapshot;
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
    if (!isUnchanged) this.#snapshot = next;
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

  #stored(): StoredItem[] {
    const items = new Map<Message, StoredItem>();
    for (const message of this.#view.messages) {
      items.set(message, this.#items.get(message) ?? { ...message, state: 'stored' });
    }
    this.#items = items;
    return [...items.values()];
  }

  #pending(): readonly PendingItem[] {
    const entries = this.#parts.room.outbox.getSnapshot();
    return pendingItems(entries, {
      types: this.#types,
      ...this.#view,
      before: this.#snapshot.items,
      userId: this.#parts.userId(),
    });
  }
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
