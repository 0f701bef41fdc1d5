import { toRoomError, type RoomCalls } from '../../client/index.ts';
import type { HistoryInput, HistoryPage, RoomEvent, RoomKind } from '../../shared/index.ts';
import { shownOf, type Stage } from './stage.ts';

type Query = (input: HistoryInput) => Promise<HistoryPage<RoomEvent>>;

const PAGE = 200;

/** Reads a room's log through `history`, from the oldest event that is kept. */
export class LogReader {
  readonly #stage: Stage;
  readonly #query: Query;
  readonly room: string;
  #after: string | undefined;
  /** The newest event that it has read. */
  head: string | undefined;

  constructor(stage: Stage, calls: RoomCalls<RoomKind>, room: string) {
    this.#stage = stage;
    this.#query = calls.history.query;
    this.room = room;
  }

  /** Reads what is new since the last time. @throws RoomError */
  async readOn(): Promise<void> {
    await this.#readAll('page');
  }

  /** Reads everything that is kept once more, as the last word on it. @throws RoomError */
  async readFinally(): Promise<void> {
    this.#after = undefined;
    await this.#readAll('final');
  }

  /** Asks for the newest event, in somebody's name. @throws RoomError */
  async readNewest(reader: string): Promise<void> {
    const { room } = this;
    this.#stage.record({ kind: 'asks', reader, room });
    const { events } = await this.#query({ room, limit: 1 });
    this.#stage.record({ kind: 'newest', reader, room, position: events.at(-1)?.position });
  }

  async #readAll(kind: 'page' | 'final'): Promise<void> {
    for (;;) {
      const page = await this.#next();
      const events = page.events.map(shownOf);
      this.#after = events.at(-1)?.position ?? this.#after;
      this.head = this.#after;
      if (kind === 'final' || events.length > 0) {
        this.#stage.record({ kind, room: this.room, events, isLast: !page.hasMore });
      }
      if (!page.hasMore) return;
    }
  }

  async #next(): Promise<HistoryPage<RoomEvent>> {
    const { room } = this;
    const after = this.#after ?? (await this.#beginning());
    if (after === undefined) return { events: [], hasMore: false };
    try {
      return await this.#query({ room, after, limit: PAGE });
    } catch (error) {
      if (toRoomError(error).code !== 'STALE_POSITION') throw error;
      // A new epoch: from its beginning.
      this.#after = undefined;
      return this.#next();
    }
  }

  /** In front of the first event of the epoch that the log is in. */
  async #beginning(): Promise<string | undefined> {
    const { events } = await this.#query({ room: this.room, limit: 1 });
    const position = events.at(-1)?.position;
    return position && `${position.slice(0, position.lastIndexOf(':'))}:0`;
  }
}
