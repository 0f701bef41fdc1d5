import type { RoomHandle, RoomMessages, RoomUnread } from '../../client/index.ts';
import type { chat, FrameOf, RoomEvent, RoomKind } from '../../shared/index.ts';
import { shownOf, valueOf, type Stage } from './stage.ts';

const MOST_MESSAGES = 2_000;

/** How a follower follows. */
export interface FollowerOptions {
  readonly stage: Stage;
  readonly name: string;
  readonly room: string;
  /** The id that the frame now being shown is tracked by, where it can be seen. */
  readonly frameId?: () => string | undefined;
}

/** Follows a room as an app does, and writes down what it is shown. */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #values = new Map<string, string>();
  #handle: RoomHandle<RoomKind> | undefined;
  /** The last durable event shown, or where the stream began. */
  position: string | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get room(): string {
    return this.#options.room;
  }

  /** Does it follow now? */
  get isOn(): boolean {
    return this.#handle !== undefined;
  }

  /** Begins to write down what a handle shows. */
  follow(handle: RoomHandle<RoomKind>): void {
    this.#handle = handle;
    const { messages, unread } = livingOf(handle);
    // Listened to, they follow the room.
    messages?.subscribe(() => {});
    unread?.subscribe(() => {});
    handle.onFrame((frame) => {
      if (this.#handle === handle) this.#shown(frame);
    });
    handle.subscribe((current) => {
      if (current.state === 'failed' && this.#handle === handle) this.#failed(current.error.code);
    });
  }

  /** Stops following. It may come back with another handle, from where it stood. */
  leave(): void {
    const handle = this.#handle;
    if (!handle) return;
    this.#handle = undefined;
    this.#values.clear();
    handle.leave();
    this.#record({ kind: 'left', follower: this.name, room: this.room });
  }

  /** The latest values as they stand. */
  get values(): readonly string[] {
    return [...this.#values.values()];
  }

  /** Writes down the latest values as they stand. `said`: what he has said of himself last, through this one. */
  tellValues(said?: string): void {
    const { name, room } = this.#options;
    this.#record({ kind: 'values', follower: name, room, values: this.values, said });
  }

  /** Says that everything is read that it has been shown. */
  markRead(): void {
    if (this.#handle) livingOf(this.#handle).unread?.markRead();
  }

  /** Is everything there that it would tell? */
  get isSettled(): boolean {
    const { messages, unread } = this.#handle ? livingOf(this.#handle) : {};
    const isLoaded = messages?.getSnapshot().isLoading !== true;
    return isLoaded && unread?.getSnapshot().isKnown !== false;
  }

  /** Loads messages that it does not have yet, so many pages at most. */
  async loadOlder(pages: number): Promise<void> {
    const { messages } = this.#handle ? livingOf(this.#handle) : {};
    for (let page = 0; page < pages && messages?.getSnapshot().hasOlder; page += 1) {
      // What cannot be loaded is not told.
      await messages.loadOlder().catch(() => {});
    }
  }

  /** Writes down messages and unread count as they stand. */
  tellLife(user: string): void {
    const { name: follower, room } = this.#options;
    const { messages, unread } = this.#handle ? livingOf(this.#handle) : {};
    if (!messages || !unread) return;
    const { items, hasOlder } = messages.getSnapshot();
    const stored = items.flatMap((item) => (item.state === 'stored' ? [item] : []));
    // A reader holds no more than that; what was before he has let go.
    const isPart = hasOlder || stored.length >= MOST_MESSAGES;
    const since = isPart ? Number(stored[0]?.position.split(':').at(-1)) - 1 : 0;
    const told = stored.map(
      ({ position, type, data }) =>
        [position, data === undefined ? null : valueOf(type, data)] as const,
    );
    this.#record({ kind: 'view', follower, room, since, messages: told });
    const { count, position: readTo } = unread.getSnapshot();
    this.#record({ kind: 'unread', follower, room, user, readTo, count });
  }

  /** Writes down who is shown to be there. `user`: whose reader it is; `state`: what he said last of
   *  himself, if it was through this one. */
  tellPeople(user: string, state: unknown): void {
    const { name: follower, room } = this.#options;
    const people = this.people() ?? [];
    const said = state === undefined ? {} : { state: JSON.stringify(state) };
    this.#record({ kind: 'people', follower, room, user, ...said, people });
  }

  /** Who is shown to be there: `id state`. Undefined: the server does not tell. */
  people(): readonly string[] | undefined {
    const shown = this.#handle?.people.getSnapshot();
    if (!shown || shown.count === 0) return undefined;
    return shown.users.map(({ id, state }) => `${id} ${state ? JSON.stringify(state) : ''}`);
  }

  #failed(code: string): void {
    const { name, room } = this.#options;
    this.#handle = undefined;
    this.#record({ kind: 'failed', follower: name, room, code });
  }

  #shown(frame: FrameOf<RoomKind>): void {
    const { name: follower, room, frameId } = this.#options;
    const id = frameId?.();
    const where = { follower, room, ...(id === undefined ? {} : { id }) };
    switch (frame.type) {
      case 'ready':
        this.position = frame.position;
        this.#record({
          kind: 'began',
          ...where,
          start: frame.start,
          position: frame.position,
          gap: gapOf(frame.gap),
        });
        return this.#replaceValues(frame.latest);
      case 'event':
        return this.#event(frame.event, where);
      case 'gap':
        this.position = frame.to;
        return this.#record({ kind: 'gap', ...where, gap: gapOf(frame) ?? frame });
      case 'latest':
        return this.#replaceValues(frame.latest);
      case 'cleared':
        this.#values.delete(`${frame.event} ${frame.key}`);
        return undefined;
      case 'unread':
      case 'crowd':
      case 'presence':
        // What they come to is told when all is over.
        return undefined;
      case 'erased':
        this.position = frame.position;
        return this.#record({ kind: 'erased', ...where, position: frame.position });
      case 'revoked':
        // Nobody is shut out: the handle would fail.
        return undefined;
    }
  }

  #event(event: RoomEvent, where: { follower: string; room: string; id?: string }): void {
    const delivery = this.#options.stage.subject.kind.events[event.type]?.delivery;
    if (delivery === 'durable') {
      this.position = event.position;
      this.#record({ kind: 'saw', ...where, event: shownOf(event) });
    } else if (delivery === 'latest') this.#setValue(event);
    else this.#record({ kind: 'glimpsed', ...where, key: event.idempotencyKey ?? event.id });
  }

  #replaceValues(events: readonly RoomEvent[]): void {
    this.#values.clear();
    for (const event of events) this.#setValue(event);
  }

  #setValue({ type, by, data, key: named = '' }: RoomEvent): void {
    const spec = this.#options.stage.subject.kind.events[type];
    // What is keyed by member says of whom.
    const key = spec?.delivery === 'latest' && spec.key === 'user' ? by.id : named;
    this.#values.set(`${type} ${key}`, `${type} ${key} ${JSON.stringify(data)}`);
  }

  #record(line: Parameters<Stage['record']>[0]): void {
    this.#options.stage.record(line);
  }
}

/** What a handle has where events of its kind live. */
interface Living {
  readonly messages?: RoomMessages<typeof chat>;
  readonly unread?: RoomUnread;
}

function livingOf(handle: RoomHandle<RoomKind>): Living {
  // No type knows the kind here.
  return handle as unknown as Living;
}

function gapOf(gap: { reason: string; from: string; to: string } | undefined) {
  return gap && { reason: gap.reason, from: gap.from, to: gap.to };
}
