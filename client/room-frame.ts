import type { FrameOf, RoomKind } from '../shared/index.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Takes what a subscription gave for a frame only if it has what this client reads of one: a server
 *  may send anything. Undefined: it cannot be read. Kinds of frames that are not known pass. */
export function readFrame<K extends RoomKind>(
  envelope: unknown,
): { readonly id: string; readonly data: FrameOf<K> } | undefined {
  if (!isRecord(envelope)) return undefined;
  const { id, data } = envelope;
  if (typeof id !== 'string' || !isRecord(data) || !isFrame(data)) return undefined;
  // Checked as far as this client reads it; the event's own data is the contract's affair.
  return { id, data: data as unknown as FrameOf<K> };
}

function isFrame(frame: Fields): boolean {
  switch (frame['type']) {
    case 'ready':
      return areTexts(frame, 'start', 'position') && areEvents(frame['latest']) && isReady(frame);
    case 'event':
      return isEvent(frame['event']);
    case 'gap':
      return isGap(frame);
    case 'latest':
      return areEvents(frame['latest']);
    case 'erased':
      return areTexts(frame, 'position');
    default:
      return typeof frame['type'] === 'string';
  }
}

function isReady({ gap, keyWindowMs }: Fields): boolean {
  const isKnown =
    keyWindowMs === undefined || (typeof keyWindowMs === 'number' && keyWindowMs >= 0);
  return isKnown && (gap === undefined || (isRecord(gap) && isGap(gap)));
}

function isGap(gap: Fields): boolean {
  return areTexts(gap, 'reason', 'from', 'to');
}

function areEvents(events: unknown): boolean {
  return Array.isArray(events) && events.every(isEvent);
}

function isEvent(event: unknown): boolean {
  if (!isRecord(event) || !isRecord(event['by'])) return false;
  const isDated = event['at'] instanceof Date;
  return isDated && areTexts(event, 'id', 'type', 'position') && areTexts(event['by'], 'id');
}

function areTexts(fields: Fields, ...names: readonly string[]): boolean {
  return names.every((name) => typeof fields[name] === 'string');
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
