import type { Entry } from '../../client/outbox/entry.ts';
import type { Ack } from '../../shared/index.ts';

/** A queued entry as `publish` makes one, published at 0 by Ada. */
export function queuedEntry(key: string, parts: Partial<Entry> = {}): Entry {
  return {
    key,
    kind: 'chat',
    room: 'general',
    type: 'message',
    data: { text: key },
    bytes: 20,
    user: 'ada',
    at: 0,
    place: parts.at ?? 0,
    sentAt: undefined,
    attempts: 0,
    faults: 0,
    echo: undefined,
    state: 'queued',
    wait: undefined,
    error: undefined,
    ...parts,
  } as Entry;
}

/** An ack of the durable event at an offset of epoch `E`. */
export function ackAt(offset: number, parts: Partial<Ack> = {}): Ack {
  const id = `E:${offset}`;
  return { id, position: id, at: new Date(0), level: 'disk', duplicate: false, ...parts };
}
