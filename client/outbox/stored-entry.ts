import { isErrorCode } from '../../shared/errors.ts';
import { RoomError } from '../../shared/index.ts';
import { byteLength } from '../link/frames.ts';
import { clientSuperjson } from '../transformer.ts';
import type { Entry } from './entry.ts';

/** Data as it stands on the wire and in storage. @throws what JSON refuses */
export function encodeData(data: unknown): string {
  return JSON.stringify(clientSuperjson.input.serialize(data));
}

/** A copy of data that nobody else holds. @throws when the text is none of `encodeData` */
export function decodeData(text: string): unknown {
  return clientSuperjson.input.deserialize(JSON.parse(text) as { json: never });
}

/** An entry as storage keeps it. */
export function formatEntry(entry: Entry): string {
  const { key, kind, room, type, user, at, place, sentAt, replyTo } = entry;
  const failed =
    entry.state === 'rejected' || entry.state === 'expired'
      ? { state: entry.state, code: entry.error.code, message: entry.error.message }
      : undefined;
  const data = encodeData(entry.data);
  // Null: never. Earlier versions said nothing where they could not know.
  const sent = sentAt ?? null;
  return JSON.stringify({
    key,
    kind,
    room,
    type,
    user,
    at,
    place,
    sentAt: sent,
    data,
    replyTo,
    failed,
  });
}

/** Reads an entry. Where it does not say whether it was sent, it counts as sent when it was made: its key is trusted no
 *  longer than that. Undefined for what no client has written. */
export function parseEntry(text: string): Entry | undefined {
  try {
    const stored = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const texts = textsOf(stored, 'key', 'kind', 'room', 'type', 'user', 'data');
    const at = stored['at'];
    if (!texts || typeof at !== 'number') return undefined;
    const { data, ...names } = texts;
    const counts = { attempts: 0, faults: 0, echo: undefined };
    const content = { data: decodeData(data), bytes: byteLength(data) };
    const { replyTo } = stored;
    const sentAt = stored['sentAt'] === null ? undefined : numberOr(at, stored['sentAt']);
    // Earlier versions kept none.
    const place = numberOr(at, stored['place']);
    const reply = typeof replyTo === 'string' ? { replyTo } : {};
    const item = { ...names, ...counts, ...content, ...reply, at, place, sentAt };
    return { ...item, ...standing(stored['failed']) };
  } catch {
    return undefined;
  }
}

type Standing =
  | { state: 'rejected' | 'expired'; error: RoomError }
  | { state: 'queued'; wait: undefined; error: undefined };

function standing(failed: unknown): Standing {
  const { state, code, message } = (failed ?? {}) as Readonly<Record<string, unknown>>;
  if (state !== 'rejected' && state !== 'expired') {
    return { state: 'queued', wait: undefined, error: undefined };
  }
  const text = typeof message === 'string' ? message : undefined;
  return { state, error: new RoomError(isErrorCode(code) ? code : 'INTERNAL', text) };
}

function numberOr(instead: number, value: unknown): number {
  return typeof value === 'number' ? value : instead;
}

/** The fields of these names, if all of them are texts. */
function textsOf<Name extends string>(
  stored: Readonly<Record<string, unknown>>,
  ...names: readonly Name[]
): Readonly<Record<Name, string>> | undefined {
  const pairs = names.map((name) => [name, stored[name]] as const);
  if (!pairs.every(([, value]) => typeof value === 'string')) return undefined;
  return Object.fromEntries(pairs) as Readonly<Record<Name, string>>;
}
