import { parsePosition, RoomError, type Ack } from '../../shared/index.ts';
import { afterFailure } from './after-failure.ts';
import { isPending, type Echo, type Entry, type Item, type Wait } from './entry.ts';

/** The entries of one room, in the order in which they are sent, which is that of their places. */
export type Line = readonly Entry[];

/** What may happen to a line. */
export type Happening =
  | { readonly what: 'published'; readonly entry: Entry }
  /** Entries of an earlier life of the page: they go first. */
  | { readonly what: 'restored'; readonly entries: readonly Entry[] }
  | { readonly what: 'sent'; readonly key: string; readonly now: number }
  | { readonly what: 'acked'; readonly key: string; readonly ack: Ack }
  | {
      readonly what: 'failed';
      readonly key: string;
      readonly error: RoomError;
      readonly now: number;
      readonly random: number;
    }
  /** It is known who publishes. */
  | { readonly what: 'owned'; readonly user: string }
  /** A connection is there again: what waited for one waits no more. */
  | { readonly what: 'connected' }
  /** An event with this key has come through the stream. */
  | { readonly what: 'echoed'; readonly key: string; readonly by: string; readonly echo: Echo }
  | {
      readonly what: 'aged';
      readonly now: number;
      readonly maxAgeMs: number;
      readonly keyWindowMs: number;
    }
  | {
      readonly what: 'retried';
      readonly key: string;
      readonly newKey: string;
      readonly now: number;
      readonly maxAgeMs: number;
      readonly keyWindowMs: number;
    }
  | { readonly what: 'discarded'; readonly key: string }
  /** The client ends, for this reason. `isStored`: what is somebody's stays for the next life of the app. */
  | { readonly what: 'ended'; readonly error: RoomError; readonly isStored: boolean };

/** The line after it. The same object where nothing has changed. */
export function nextLine(line: Line, happening: Happening): Line {
  switch (happening.what) {
    case 'published':
      return append(line, happening.entry);
    case 'restored':
      return restore(line, happening.entries);
    case 'sent':
      return change(line, happening.key, (entry) => sent(entry, happening.now));
    case 'acked':
      return change(line, happening.key, (entry) => acked(entry, happening.ack));
    case 'failed':
      return change(line, happening.key, (entry) => failed(entry, happening));
    case 'connected':
      return changeAll(line, connected);
    case 'echoed':
      return change(line, happening.key, (entry) => echoed(entry, happening));
    case 'aged':
      return changeAll(line, (entry) =>
        entry.state === 'queued' && expiryOf(entry, happening) <= happening.now
          ? ended(entry, tooOld())
          : entry,
      );
    case 'retried':
      return retried(line, happening);
    case 'discarded': {
      const rest = line.filter((entry) => entry.key !== happening.key || !isDiscardable(entry));
      return rest.length === line.length ? line : rest;
    }
    case 'owned':
      return changeAll(line, (entry) =>
        entry.user === undefined ? { ...entry, user: happening.user } : entry,
      );
    case 'ended':
      return changeAll(line, (entry) => {
        const stays = happening.isStored && !!entry.user;
        return isPending(entry) && !stays ? ended(entry, happening.error) : entry;
      });
  }
}

/** What is sent next: the first entry of this user that is still open, if nothing of the room is under
 *  way and its time has come. Order is kept by there never being two (SND2). */
export function nextToSend(line: Line, user: string, now: number): Entry | undefined {
  if (line.some(({ state }) => state === 'sending')) return undefined;
  const first = line.find((entry) => entry.state === 'queued' && entry.user === user);
  return first?.state === 'queued' && leftOf(first.wait, now) === 0 ? first : undefined;
}

/** May it go? What was sent, if only once, may be stored: it stays until that is known. */
export function isDiscardable(entry: Entry): boolean {
  return !isPending(entry) || (entry.state === 'queued' && entry.sentAt === undefined);
}

/** What is left of a wait, in milliseconds. One that began in the future is over: the clock was set back,
 *  and tells no more how long it has lasted. */
export function leftOf(wait: Wait | undefined, now: number): number {
  if (!wait || now < wait.since) return 0;
  return Math.max(0, wait.since + wait.ms - now);
}

/** The line without what is over: stored, and its event met in the stream, which has come to `seen`.
 *  What became of an entry is read off before. */
export function withoutDone(line: Line, seen: string | undefined): Line {
  const isOpen = (entry: Entry) => isPending(entry) || isClash(entry);
  const rest = line.filter((entry) => isOpen(entry) || !(entry.echo || covers(seen, entry)));
  return rest.length === line.length ? line : rest;
}

/** When a queued entry is given up. Once sent, a key is worth something only as long as the server
 *  remembers it: beyond, a resend could be stored twice (SND2). */
export function expiryOf(
  entry: Item,
  { maxAgeMs, keyWindowMs }: { readonly maxAgeMs: number; readonly keyWindowMs: number },
): number {
  const byAge = entry.at + maxAgeMs;
  if (entry.sentAt === undefined) return byAge;
  // The attempt takes a moment too.
  const marginMs = Math.min(60_000, keyWindowMs / 10);
  return Math.min(byAge, entry.sentAt + keyWindowMs - marginMs);
}

function change(line: Line, key: string, next: (entry: Entry) => Entry): Line {
  return changeAll(line, (entry) => (entry.key === key ? next(entry) : entry));
}

function changeAll(line: Line, next: (entry: Entry) => Entry): Line {
  let hasChanged = false;
  const changed = line.map((entry) => {
    const after = next(entry);
    hasChanged ||= after !== entry;
    return after;
  });
  return hasChanged ? changed : line;
}

function restore(line: Line, entries: readonly Entry[]): Line {
  const known = new Set(line.map(({ key }) => key));
  const added = entries.filter(({ key }) => !known.has(key));
  return added.length === 0 ? line : line.reduce(append, added);
}

/** The clock may stand still or be set back between two entries, and what is stored has no other order than this. */
function append(line: Line, entry: Entry): Line {
  const last = line.at(-1)?.place ?? Number.NEGATIVE_INFINITY;
  return [...line, { ...entry, place: Math.max(entry.place, last + 1) }];
}

/** An entry without where it stands. */
function itemOf(entry: Entry): Item {
  const all = entry as Entry & Readonly<Record<string, unknown>>;
  const { state: _state, wait: _wait, error: _error, ack: _ack, ...item } = all;
  return item;
}

function sent(entry: Entry, now: number): Entry {
  if (entry.state !== 'queued') return entry;
  return { ...itemOf(entry), state: 'sending', sentAt: entry.sentAt ?? now };
}

/** An answer that comes after the entry was given up counts all the same. */
function acked(entry: Entry, ack: Ack): Entry {
  return entry.state === 'acked' ? entry : { ...itemOf(entry), state: 'acked', ack };
}

function failed(entry: Entry, { error, now, random }: Happening & { what: 'failed' }): Entry {
  if (entry.state !== 'sending') return entry;
  const after = afterFailure(error, entry, random);
  if (after === 'reject') return ended(entry, error, 'rejected');
  const attempts = entry.attempts + 1;
  const faults = entry.faults + (error.code === 'INTERNAL' ? 1 : 0);
  const wait = { since: now, ms: after.waitMs };
  return { ...itemOf(entry), attempts, faults, state: 'queued', wait, error };
}

function connected(entry: Entry): Entry {
  const isWaiting = entry.state === 'queued' && entry.wait && entry.error?.code === 'DISCONNECTED';
  return isWaiting ? { ...entry, wait: undefined } : entry;
}

/** A key is its user's alone: the same one of somebody else says nothing (SND3). Nor does an event that
 *  came before the entry was sent at all: then the app has used its own key before. */
function echoed(entry: Entry, { by, echo }: Happening & { what: 'echoed' }): Entry {
  const isOwn = entry.user === by && entry.sentAt !== undefined;
  return isOwn && !entry.echo ? { ...entry, echo } : entry;
}

/** What the stream has shown is stored, whatever is heard of it later; unless it is heard that the key
 *  stands for other data, for then that is what the stream has shown. */
function ended(entry: Entry, error: RoomError, state: 'expired' | 'rejected' = 'expired'): Entry {
  if (entry.echo && error.code !== 'CONFLICT') return acked(entry, ackOf(entry.echo));
  return { ...itemOf(entry), state, error };
}

/** An echo does not say how safe it is: the least that a log can claim. */
function ackOf({ id, position, at }: Echo): Ack {
  return { id, position, at, level: 'memory', duplicate: false };
}

/** Sent again as the newest. With the same key, unless that stands for other data or is too old. */
function retried(line: Line, happening: Happening & { what: 'retried' }): Line {
  const { key, newKey, now } = happening;
  const entry = line.find((other) => other.key === key);
  if (entry?.state !== 'rejected' && entry?.state !== 'expired') return line;
  const isTrusted = expiryOf({ ...entry, at: now }, happening) > now;
  const isSame = entry.state === 'rejected' && !isClash(entry) && isTrusted;
  const again: Entry = {
    ...itemOf(entry),
    key: isSame ? key : newKey,
    sentAt: isSame ? entry.sentAt : undefined,
    echo: isSame ? entry.echo : undefined,
    at: now,
    place: now,
    attempts: 0,
    faults: 0,
    state: 'queued',
    wait: undefined,
    error: undefined,
  };
  return append(
    line.filter((other) => other !== entry),
    again,
  );
}

/** Its key stands for another event: that one being there says nothing of it. */
function isClash(entry: Entry): boolean {
  return entry.state === 'rejected' && entry.error.code === 'CONFLICT';
}

function covers(seen: string | undefined, entry: Entry): boolean {
  if (seen === undefined || entry.state !== 'acked') return false;
  const [stream, own] = [parsePosition(seen), parsePosition(entry.ack.position)];
  // In another epoch there is nothing to wait for.
  return !stream || !own || stream.epoch !== own.epoch || own.offset <= stream.offset;
}

function tooOld(): RoomError {
  return new RoomError('DISCONNECTED', 'it could not be sent in time');
}
