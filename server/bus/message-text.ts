import type { LiveMessage } from './bus.ts';

/** Reads a live event of another node. Undefined: not written by us. */
export function parseMessage(text: string): LiveMessage | undefined {
  const message = parsedObject(text) as Partial<LiveMessage> | undefined;
  const { number, type, data, by, at } = message ?? {};
  const isWhole =
    typeof number === 'string' &&
    typeof type === 'string' &&
    typeof data === 'string' &&
    typeof by?.id === 'string' &&
    typeof by.name === 'string' &&
    typeof at === 'number' &&
    parsedObject(data) !== undefined;
  if (!isWhole) return undefined;
  const { memberId, idempotencyKey } = message ?? {};
  return { number, type, data, by, at, memberId, idempotencyKey };
}

/** The object that a text of JSON is. Undefined: it is none. */
export function parsedObject(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
