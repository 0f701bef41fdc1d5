import {
  formatPosition,
  ME,
  me,
  parsePosition,
  RoomError,
  SERVER,
  typesWhere,
  type Contract,
  type HistoryInput,
  type HistoryPage,
  type MeState,
  type Position,
  type RoomEvent,
} from '../../shared/index.ts';
import type { Clock } from '../clock.ts';
import type { Bounds, RoomLog } from '../log/room-log.ts';
import { countUnread } from '../reading/count-unread.ts';
import { userPartition, type Records } from '../records/records.ts';
import type { Feed } from './feed.ts';
import type { Caller } from './gate.ts';
import type { Hub } from './hub.ts';
import { measure, measureRoom } from './measure.ts';
import { meRoom } from './me-room.ts';
import { openFeed } from './open-feed.ts';
import type { PublishMeter } from './publish-limits.ts';

const SEEN = 'seen';

/** What it is made from. */
export interface MeGateOptions {
  readonly contract: Contract;
  readonly hub: Hub;
  readonly log: RoomLog;
  readonly records: Records;
  readonly clock: Clock;
  /** Unset: marking is not limited. */
  readonly meter: PublishMeter | undefined;
}

/** Users' own streams (USR1). Which one is meant, the caller's token says and no input can: so there is
 *  nobody to ask for leave. */
export class MeGate {
  readonly #options: MeGateOptions;

  constructor(options: MeGateOptions) {
    this.#options = options;
  }

  subscribe(caller: Caller, since: string | undefined, signal?: () => AbortSignal): Promise<Feed> {
    return openFeed(this.#options, caller, { room: meRoom(caller.user.id), since, signal });
  }

  /** @throws RoomError BAD_INPUT, STALE_POSITION, LOG_UNAVAILABLE */
  history(caller: Caller, input: Omit<HistoryInput, 'room'>): Promise<HistoryPage<RoomEvent>> {
    return this.#options.hub.history({ ...input, kind: ME, room: caller.user.id });
  }

  /** @throws RoomError LOG_UNAVAILABLE */
  async state({ user }: Caller): Promise<MeState> {
    const record = await this.#options.records.read(userPartition(user.id), SEEN);
    return this.#stateAt(user.id, record?.value ?? null);
  }

  /** Moves the mark forward, never back, and tells the user's other devices.
   *  @throws RoomError BAD_INPUT (no such place yet), STALE_POSITION */
  async markSeen(caller: Caller, text: string): Promise<MeState> {
    const { log, records, meter } = this.#options;
    const { id } = caller.user;
    measure(meter, caller);
    measureRoom(meter, caller, meRoom(id));
    const position = placeIn(await log.bounds(meRoom(id)), text);
    for (;;) {
      const known = await records.read(userPartition(id), SEEN);
      if (known && !isAhead(position, known.value)) return this.#stateAt(id, known.value);
      const seen = formatPosition(position);
      const change = { key: SEEN, value: seen, expected: known?.version ?? 0 };
      if (!(await records.write(userPartition(id), [change]))) continue;
      return this.#stateAt(id, await this.#tell(id, seen));
    }
  }

  /** Tells the user's devices how far he has seen. What is stored meanwhile, here or on another node, may be told
   *  of before this: whoever tells looks afterwards, so that the last that is told is what is stored. */
  async #tell(id: string, seen: string): Promise<string> {
    const { hub, records } = this.#options;
    for (let told = seen; ;) {
      await hub.publish({ room: meRoom(id), type: SEEN, data: { position: told }, by: SERVER });
      const stored = await records.read(userPartition(id), SEEN);
      if (!stored || stored.value === told) return told;
      told = stored.value;
    }
  }

  /** How the user stands to his stream where it was seen up to there. */
  async #stateAt(id: string, seen: string | null): Promise<MeState> {
    const { contract, log } = this.#options;
    const { epoch } = await log.bounds(meRoom(id));
    const known = parsePosition(seen ?? '');
    // A mark of another epoch says nothing of this one.
    const mark = known?.epoch === epoch ? known : { epoch, offset: 0 };
    const types = typesWhere(contract[ME] ?? me, () => true);
    const { unread, to } = await countUnread(log, meRoom(id), { mark, types, notBy: id });
    return { seen, unread, to };
  }
}

function placeIn({ epoch, head }: Bounds, text: string): Position {
  const position = parsePosition(text);
  if (!position) throw new RoomError('BAD_INPUT', 'not a position: it must read epoch:offset');
  if (position.epoch !== epoch) throw new RoomError('STALE_POSITION');
  if (position.offset > head) throw new RoomError('BAD_INPUT', 'the position lies ahead');
  return position;
}

/** A mark of another epoch says nothing of this one. */
function isAhead(position: Position, known: string): boolean {
  const other = parsePosition(known);
  return !other || other.epoch !== position.epoch || other.offset < position.offset;
}
