import {
  formatPosition,
  limits,
  READ_TYPE,
  RoomError,
  typesWhere,
  type By,
  type MarkReadInput,
  type ReadState,
  type RoomKind,
} from '../../shared/index.ts';
import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock.ts';
import { Joiner } from '../joiner.ts';
import { roomKey, type RoomLog, type RoomName } from '../log/room-log.ts';
import { demandPosition } from '../messages/target.ts';
import { roomPartition, type Records } from '../records/records.ts';
import type { Hub } from '../rooms/hub.ts';
import { countUnread } from './count-unread.ts';
import { formatMark, markKey, moveBack, moveOn, parseMark, type Mark } from './mark.ts';

/** What read marks are made from. */
export interface ReadMarksOptions {
  readonly log: RoomLog;
  readonly records: Records;
  readonly hub: Pick<Hub, 'publish' | 'members'>;
  readonly bus: Pick<Bus, 'announce'>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

// Devices of one user may move his mark at once.
const MAX_TRIES = 10;
const RECEIPT_EVERY_MS = 1_000;

/** How far users have read: one record per room and user, and what is unread is counted from it in the log.
 *  It asks nobody for leave. */
export class ReadMarks {
  readonly #options: ReadMarksOptions;
  readonly #receipts: Joiner<void>;

  constructor(options: ReadMarksOptions) {
    this.#options = options;
    this.#receipts = new Joiner(options.clock, RECEIPT_EVERY_MS);
  }

  /** Everything up to a position is read, on all devices of the user.
   *  @throws RoomError BAD_INPUT, STALE_POSITION, NO_SUCH_EVENT (the future), LOG_UNAVAILABLE */
  async markRead(
    kind: RoomKind,
    room: RoomName,
    user: By,
    input: MarkReadInput,
  ): Promise<ReadState> {
    const { offset } = await this.#demandKnown(room, input.position);
    const decide = (mark: Mark) => moveOn(mark, offset, input.version);
    const { mark, isMoved } = await this.#change(room, user, decide);
    if (isMoved) this.#tellOthers(room, user, mark);
    return this.#answer(kind, room, user, mark, isMoved);
  }

  /** The event at a position is unread again, and what comes after it. @throws RoomError as `markRead` */
  async markUnread(kind: RoomKind, room: RoomName, user: By, position: string): Promise<ReadState> {
    const { offset } = await this.#demandKnown(room, position);
    if (offset === 0) throw new RoomError('NO_SUCH_EVENT');
    const { mark, isMoved } = await this.#change(room, user, (now) => moveBack(now, offset));
    return this.#answer(kind, room, user, mark, isMoved);
  }

  /** How a user stands to a room. */
  async stateOf(kind: RoomKind, room: RoomName, user: By): Promise<ReadState> {
    const { epoch } = await this.#options.log.bounds(room);
    const record = await this.#options.records.read(roomPartition(room), markKey(user.id));
    return this.#stateOf(kind, room, user, parseMark(record?.value, epoch, user.name));
  }

  async #answer(
    kind: RoomKind,
    room: RoomName,
    user: By,
    mark: Mark,
    isMoved: boolean,
  ): Promise<ReadState> {
    const state = await this.#stateOf(kind, room, user, mark);
    const { room: _, ...rest } = state;
    const own = { userId: user.id, frame: { type: 'unread', ...rest } } as const;
    if (isMoved) await this.#options.bus.announce({ room, own });
    return state;
  }

  async #change(
    room: RoomName,
    user: By,
    decide: (mark: Mark) => Mark | undefined,
  ): Promise<{ mark: Mark; isMoved: boolean }> {
    const { log, records } = this.#options;
    const [partition, key] = [roomPartition(room), markKey(user.id)];
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const { epoch } = await log.bounds(room);
      const record = await records.read(partition, key);
      const mark = parseMark(record?.value, epoch, user.name);
      const next = decide(mark);
      if (!next) return { mark, isMoved: false };
      const change = { key, value: formatMark(next), expected: record?.version ?? 0 };
      if (await records.write(partition, [change])) return { mark: next, isMoved: true };
    }
    throw new RoomError('LOG_UNAVAILABLE', 'the mark is being moved by too many at once');
  }

  async #stateOf(kind: RoomKind, room: RoomName, user: By, mark: Mark): Promise<ReadState> {
    const types = typesWhere(kind, ({ life }) => life.countable);
    const asked = { types, notBy: user.id, mark };
    const { offset, epoch, unread, to } = await countUnread(this.#options.log, room, asked);
    const position = offset > 0 ? { position: formatPosition({ epoch, offset }) } : {};
    return { room: room.id, ...position, version: mark.version, unread, to };
  }

  async #demandKnown(room: RoomName, text: string) {
    const position = demandPosition(text);
    const { epoch, head } = await this.#options.log.bounds(room);
    if (epoch !== position.epoch) throw new RoomError('STALE_POSITION');
    if (position.offset > head) throw new RoomError('NO_SUCH_EVENT');
    return position;
  }

  /** In small rooms others see who has read how far: of each user once a second at most. */
  #tellOthers(room: RoomName, user: By, { epoch }: Mark): void {
    const { hub, records, onError } = this.#options;
    const work = async () => {
      const { count } = await hub.members(room);
      if (count > limits.receiptReaders) return;
      const record = await records.read(roomPartition(room), markKey(user.id));
      const { offset } = parseMark(record?.value, epoch, user.name);
      const data = { position: formatPosition({ epoch, offset }) };
      if (offset > 0) await hub.publish({ room, type: READ_TYPE, data, by: user });
    };
    this.#receipts.ask(`${roomKey(room)} ${user.id}`, work).catch((error: unknown) => {
      // Nobody waits for it: a server that goes down, or cannot write, has said so elsewhere.
      const isOver = error instanceof RoomError && error.retryable;
      if (!isOver) onError(error);
    });
  }
}
