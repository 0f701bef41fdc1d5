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
import type { Entry, RoomLog } from '../log/room-log.ts';
import { encodeData } from '../rooms/encoding.ts';
import { appendAcked } from './append.ts';
import { demandPosition, findTarget, isRemoved, VERSION_TYPES, type Target } from './target.ts';

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
  async edit(kind: RoomKind, found: Target, edit: Edit): Promise<Ack> {
    const { by, ifVersion, idempotencyKey } = edit;
    if (!found.spec.life.editable) throw new RoomError('NO_SUCH_EVENT');
    const expected = ifVersion === undefined ? undefined : versionIn(found, ifVersion);
    const parsed = found.spec.data.safeParse(edit.data);
    if (!parsed.success) throw new RoomError('BAD_INPUT', undefined, { cause: parsed.error });
    const target = formatPosition(found.position);
    const data: Edited = { target, of: found.stored.type, data: parsed.data };
    return this.#change(
      kind,
      found,
      (now) => {
        // A repeat of a key has its answer in the log, whatever has happened since.
        if (isRemoved(now) && idempotencyKey === undefined) throw new RoomError('EVENT_REMOVED');
        const version = expected ?? versionOf(now.slot);
        return {
          ...this.#entry(now, 'edited', data, by),
          ...guarded(now, version),
          idempotencyKey,
        };
      },
      expected !== undefined,
    );
  }

  /** Takes a message back: its content and that of its edits is gone from the log when this resolves, and
   *  from its files within the log's scrub time (LOG5). One that was removed already is answered with its
   *  removal. @throws RoomError NO_SUCH_EVENT, LOG_UNAVAILABLE */
  async remove(kind: RoomKind, found: Target, by: By, idempotencyKey?: string): Promise<Ack> {
    if (!found.spec.life.removable) throw new RoomError('NO_SUCH_EVENT');
    const { removed } = found.slot;
    if (removed) return removedAlready(removed, this.#log);
    if (isRemoved(found)) throw new RoomError('EVENT_REMOVED');
    const { stored, position } = found;
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
    return this.#change(
      kind,
      found,
      (now) => {
        if (now.slot.removed) return removedAlready(now.slot.removed, this.#log);
        const entry = this.#entry(now, 'removed', data, by);
        const guard = guarded(now, versionOf(now.slot));
        return { ...entry, ...guard, erases: ['edited'], idempotencyKey };
      },
      false,
    );
  }

  /** Appends what `decide` makes of the message as it stands; looks again when it no longer did. */
  async #change(
    kind: RoomKind,
    found: Target,
    decide: (now: Target) => Entry | Ack,
    isFinal: boolean,
  ): Promise<Ack> {
    let now: Target | undefined = found;
    for (let tries = 1; ; tries += 1) {
      if (!now) throw new RoomError('NO_SUCH_EVENT');
      const decided = decide(now);
      if ('level' in decided) return decided;
      try {
        return await appendAcked(this.#log, decided);
      } catch (error) {
        if (!(error instanceof RoomError) || error.code !== 'STALE_VERSION') throw error;
        now = await findTarget(this.#log, kind, found.room, formatPosition(found.position));
        if (now && isRemoved(now) && decided.type === 'edited') {
          throw new RoomError('EVENT_REMOVED', undefined, { cause: error });
        }
        if (isFinal || tries === MAX_TRIES) throw error;
      }
    }
  }

  #entry({ room, position }: Target, type: string, data: unknown, by: By): Entry {
    const at = this.#clock.now();
    return { room, type, data: encodeData(data), by, at, about: position.offset };
  }
}

function guarded({ position: { epoch } }: Target, version: number) {
  return { guard: { types: VERSION_TYPES, version, epoch } };
}

function versionIn({ position }: Target, text: string): number {
  const version = demandPosition(text);
  if (version.epoch !== position.epoch) throw new RoomError('STALE_POSITION');
  return version.offset;
}

function removedAlready(
  { id, position, at }: { id: string; position: string; at: Date },
  log: RoomLog,
): Ack {
  return { id, position, at, level: log.level, duplicate: true };
}
