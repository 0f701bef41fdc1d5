import superjson from 'superjson';

/** An event's data as the log and the bus carry it: made once per event. */
export function encodeData(data: unknown): string {
  return superjson.stringify(data);
}

/** The opposite of `encodeData`. */
export function decodeData(text: string): unknown {
  return superjson.parse(text);
}
