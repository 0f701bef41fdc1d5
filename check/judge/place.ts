/** A position, read by the checker's own eyes. */
export interface Place {
  readonly epoch: string;
  readonly offset: number;
}

/** Reads `epoch:offset` and `epoch:offset/n`. Undefined for anything else. */
export function readPlace(text: string): Place | undefined {
  const [head = ''] = text.split('/', 1);
  const colon = head.lastIndexOf(':');
  const digits = head.slice(colon + 1);
  if (colon < 1 || !/^\d{1,15}$/.test(digits)) return undefined;
  return { epoch: head.slice(0, colon), offset: Number(digits) };
}

/** The opposite. */
export function writePlace({ epoch, offset }: Place): string {
  return `${epoch}:${offset}`;
}

/** Are two positions the same place? */
export function isSamePlace(a: Place | undefined, b: Place | undefined): boolean {
  return a !== undefined && a.epoch === b?.epoch && a.offset === b.offset;
}

/** Whose key it is, and his how-manieth. Undefined when it is none of a checked run. */
export function readKey(key: string): { writer: string; n: number } | undefined {
  const slash = key.lastIndexOf('/');
  const n = Number(key.slice(slash + 1));
  return slash > 0 && Number.isSafeInteger(n) && n > 0
    ? { writer: key.slice(0, slash), n }
    : undefined;
}
