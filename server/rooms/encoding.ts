import { parse, stringify } from 'superjson';

/** An event's data as the log and the bus carry it: made once per event. */
export function encodeData(data: unknown): string {
  return stringify(data);
}

/** The opposite of `encodeData`. */
export function decodeData(text: string): unknown {
  return parse(text);
}
