import {
  formatPosition,
  RoomError,
  versionOf,
  type Ack,
  type By,
  type Edited,
  type Removed,
  type RoomKind,
} from '../../shared/index.ts';
import type { Clock } from '../clock.ts';
import type { Entry, RoomLog, RoomName } from '../log/room-log.ts';
import { encodeData } from '../rooms/encoding.ts';
import { appendAcked, appendedBefore, removedSince } from './append.ts';
import {
  demandPosition,
  isRemoved,
  seekTarget,
  VERSION_TYPES,
  type Missing,
  type Target,
} from './target.ts';

/** An edit of a message. */
export interface Edit {
  /** As its author gives it: the event's own schema decides. */
  readonly data: unknown;
  readonly by: By;
  readonly ifVersion?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

// Others may change the same message in between: who says no version is tried again.
const MAX_TRIES = 5;
// Of two removals of one message neither says more than the other.
const REMOVAL = '';

/** Edits and removes messages: events of the same log, each appended only while the message stands as it
 *  was when that was decided. It asks nobody for leave. */
export class MessageChanges {
  readonly #log: RoomLog;
  readonly #clock: Clock;

  constructor(log: RoomLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Gives a message other data. @throws RoomError BAD_INPUT, NO_SUCH_EVENT, EVENT_REMOVED, STALE_VERSION
   *  (`ifVersion`), CONFLICT, LOG_UNAVAILABLE */
  async edit(kind: RoomKind, found: Target | Missing, edit: Edit): Promise<Ack> {
    const { ifVersion } = edit;
    if ('refusal' in found) return this.#repeat(found, 'edited', encodeData(edit.data), edit);
    if (!found.spec.life.editable) throw new RoomError('NO_SUCH_EVENT');
    const expected = ifVersion === undefined ? undefined : versionIn(found, ifVersion);
    const parsed = found.spec.data.safeParse(edit.data);
    if (!parsed.success) throw new RoomError('BAD_INPUT', undefined, { cause: parsed.error });
    const editing = (now: Target) => this.#edited(now, parsed.data, edit);
    const refusal = refusalOf(found, expected);
    return refusal
      ? appendedBefore(this.#log, editing(found), refusal)
      : this.#change(kind, found, editing, expected !== undefined);
  }

  /** Takes a message back: its content and that of its edits is gone from the log when this resolves, and
   *  from its files within the log's scrub time (LOG5). One that was removed already is answered with its
   *  removal. @throws RoomError NO_SUCH_EVENT, EVENT_REMOVED (erased), CONFLICT, LOG_UNAVAILABLE */
  async remove(
    kind: RoomKind,
    found: Target | Missing,
    by: By,
    idempotencyKey?: string,
  ): Promise<Ack> {
    if ('refusal' in found) return this.#repeat(found, 'removed', REMOVAL, { by, idempotencyKey });
    if (!found.spec.life.removable) throw new RoomError('NO_SUCH_EVENT');
    const removing = (now: Target) => this.#removed(now, by, idempotencyKey);
    const isErased = isRemoved(found) && !found.slot.removed;
    if (isErased) return appendedBefore(this.#log, removing(found), removedSince());
    return this.#change(kind, found, removing, false);
  }

  /** Appends what `decide` makes of the message as it stands; looks again when it no longer did. */
  async #change(
    kind: RoomKind,
    found: Target,
    decide: (now: Target) => Entry,
    isFinal: boolean,
  ): Promise<Ack> {
    let now = found;
    for (let tries = 1; ; tries += 1) {
      const decided = decide(now);
      try {
        return await appendAcked(this.#log, decided);
      } catch (error) {
        if (!(error instanceof RoomError) || error.code !== 'STALE_VERSION') throw error;
        const next = await seekTarget(this.#log, kind, found.room, formatPosition(found.position));
        // A first attempt may have come in between: then its key has the answer.
        const refuse = (refusal: RoomError) => appendedBefore(this.#log, decided, refusal);
        if ('refusal' in next) return refuse(next.refusal);
        if (isRemoved(next) && decided.type === 'edited') return refuse(removedSince(error));
        if (isFinal || tries === MAX_TRIES) return refuse(error);
        now = next;
      }
    }
  }

  /** Answers a change of what is not there: it may have been made before that went (SND1). */
  #repeat(
    { room, position, refusal }: Missing,
    type: string,
    says: string,
    { by, idempotencyKey }: Pick<Edit, 'by' | 'idempotencyKey'>,
  ): Promise<Ack> {
    const entry = this.#entry(room, type, null, by);
    const change = { ...entry, about: position.offset, says, idempotencyKey };
    return appendedBefore(this.#log, change, refusal);
  }

  #edited(now: Target, parsed: unknown, { data: given, by, idempotencyKey }: Edit): Entry {
    const target = formatPosition(now.position);
    const data: Edited = { target, of: now.stored.type, data: parsed };
    const entry = this.#entry(now.room, 'edited', data, by);
    return { ...entry, ...standing(now), says: encodeData(given), idempotencyKey };
  }

  #removed(now: Target, by: By, idempotencyKey: string | undefined): Entry {
    const { stored, position } = now;
    const { epoch } = position;
    const data: Removed = {
      target: formatPosition(position),
      of: stored.type,
      author: stored.by,
      sentAt: new Date(stored.at),
      ...(stored.about !== undefined && {
        replyTo: formatPosition({ epoch, offset: stored.about }),
      }),
    };
    const entry = this.#entry(now.room, 'removed', data, by);
    const how = { says: REMOVAL, once: true, erases: ['edited'], idempotencyKey };
    return { ...entry, ...standing(now), ...how };
  }

  #entry(room: RoomName, type: string, data: unknown, by: By): Entry {
    return { room, type, data: encodeData(data), by, at: this.#clock.now() };
  }
}

/** About a message, and only while it stands as it does now. */
function standing({ position: { offset, epoch }, slot }: Target) {
  return { about: offset, guard: { types: VERSION_TYPES, version: versionOf(slot), epoch } };
}

function refusalOf(found: Target, expected: number | undefined): RoomError | undefined {
  if (isRemoved(found)) return removedSince();
  const isStale = expected !== undefined && expected !== versionOf(found.slot);
  return isStale ? new RoomError('STALE_VERSION') : undefined;
}

function versionIn({ position }: Target, text: string): number {
  const version = demandPosition(text);
  if (version.epoch !== position.epoch) throw new RoomError('STALE_POSITION');
  return version.offset;
}
