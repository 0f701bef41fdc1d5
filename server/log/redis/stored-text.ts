import type { By } from '../../../shared/index.ts';
import type { Entry, StoredEvent } from '../room-log.ts';

// An event is stored as one text: words for the scripts, `type user at about key`, then the user's name as
// JSON. After a newline, which nothing before it can hold, its data; what was erased has no second line.
const HEAD = /^(\S+) (\S+) (\d{1,16}) (-|\d{1,16}) (-|=\S*) (.*)$/;

/** An entry as it is stored. */
export function storedText(entry: Entry): string {
  const { type, by, at, about, idempotencyKey: key, data } = entry;
  const words = [word(type), word(by.id), at, about ?? '-', keyWord(key), JSON.stringify(by.name)];
  return `${words.join(' ')}\n${data}`;
}

/** Undefined: not written by us. */
export function parseStored(offset: number, text: string): StoredEvent | undefined {
  const end = text.indexOf('\n');
  const [, type, user, at, about, key, name] = HEAD.exec(end < 0 ? text : text.slice(0, end)) ?? [];
  if (type === undefined || user === undefined || key === undefined) return undefined;
  try {
    const by: By = { id: decodeURIComponent(user), name: String(JSON.parse(name ?? '')) };
    const event = {
      offset,
      type: decodeURIComponent(type),
      data: end < 0 ? null : text.slice(end + 1),
      by,
      at: Number(at),
      idempotencyKey: key === '-' ? undefined : decodeURIComponent(key.slice(1)),
    };
    return about === '-' ? event : { ...event, about: Number(about) };
  } catch {
    return undefined;
  }
}

/** What stands in the place of an event that cannot be read: nothing is left out without a word. */
export function unreadable(offset: number): StoredEvent {
  const by = { id: '@server', name: '' };
  return { offset, type: '', data: null, by, at: 0, idempotencyKey: undefined };
}

/** A key of a user, as a word. */
export function keyWord(key: string | undefined): string {
  return key === undefined ? '-' : `=${word(key)}`;
}

/** Text without spaces and newlines. */
export function word(text: string): string {
  return encodeURIComponent(text);
}
