import { RoomError } from '../../shared/index.ts';
import { byteLength } from '../link/frames.ts';
import type { Entry } from './entry.ts';
import { decodeData, encodeData } from './stored-entry.ts';

/** One publish for the outbox. */
export interface Publish {
  readonly kind: string;
  readonly room: string;
  readonly type: string;
  readonly data: unknown;
  readonly key: string;
  /** The position of the event that it answers. */
  readonly replyTo?: string | undefined;
}

/** The data of a publish as it is sent. @throws RoomError BAD_INPUT */
export function textOf({ data }: Publish): string {
  return tried(() => encodeData(data));
}

/** The entry of a publish whose data is `text`. @throws RoomError BAD_INPUT */
export function newEntry(
  publish: Publish,
  text: string,
  user: string | undefined,
  now: number,
): Entry {
  // A copy: what the caller does to his object later must not change what its key stands for.
  const data = tried(() => decodeData(text));
  const item = { ...publish, data, bytes: byteLength(text), user, at: now, place: now };
  const nothingYet = { sentAt: undefined, attempts: 0, faults: 0, echo: undefined };
  return { ...item, ...nothingYet, state: 'queued', wait: undefined, error: undefined };
}

/** Is it what an entry of the same key already stands for? */
export function isSame(entry: Entry, publish: Publish, text: string): boolean {
  const { kind, room, type, replyTo } = publish;
  const isSameEvent = entry.kind === kind && entry.room === room && entry.type === type;
  return isSameEvent && entry.replyTo === replyTo && encodeData(entry.data) === text;
}

/** What cannot be sent, or could not be read by whoever gets it, is the caller's affair. @throws RoomError BAD_INPUT */
function tried<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const what = `this data cannot be written as JSON and read again: ${why}`;
    throw new RoomError('BAD_INPUT', what, { cause });
  }
}
