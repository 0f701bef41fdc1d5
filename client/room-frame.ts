import type { FrameOf, Members, RoomKind } from '../shared/index.ts';
import { isRecord, type Fields } from './record.ts';

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

/** Takes an answer of `members` only if it has what this client reads of one. */
export function readMembers<State>(answer: unknown): Members<State> | undefined {
  const isMembers = isRecord(answer) && isPresence(answer) && areUsers(answer['users']);
  return isMembers ? (answer as unknown as Members<State>) : undefined;
}

function isFrame(frame: Fields): boolean {
  switch (frame['type']) {
    case 'ready':
      return areTexts(frame, 'start', 'position') && hasValues(frame) && isReady(frame);
    case 'event':
      return isEvent(frame['event']);
    case 'gap':
      return isGap(frame);
    case 'latest':
      return hasValues(frame);
    case 'cleared':
      return areTexts(frame, 'event', 'key');
    case 'crowd':
      return isCrowd(frame);
    case 'presence':
      return isPresence(frame);
    case 'revoked':
      return areTexts(frame, 'reason');
    case 'erased':
      return areTexts(frame, 'position');
    default:
      return typeof frame['type'] === 'string';
  }
}

function isReady({ gap, keyWindowMs, recent, presence }: Fields): boolean {
  const isKnown =
    keyWindowMs === undefined || (typeof keyWindowMs === 'number' && keyWindowMs >= 0);
  return (
    isKnown &&
    (gap === undefined || (isRecord(gap) && isGap(gap))) &&
    (recent === undefined || areEvents(recent)) &&
    (presence === undefined || (isRecord(presence) && isPresence(presence)))
  );
}

function hasValues({ latest, crowds }: Fields): boolean {
  const areCrowds = (all: unknown) =>
    Array.isArray(all) && all.every((one) => isRecord(one) && isCrowd(one));
  return areEvents(latest) && (crowds === undefined || areCrowds(crowds));
}

function isCrowd(crowd: Fields): boolean {
  return areTexts(crowd, 'event') && isCount(crowd['count']) && areUsers(crowd['users']);
}

function isPresence(frame: Fields): boolean {
  const lists = ['users', 'join', 'update', 'leave'].map((name) => frame[name]);
  return (
    isCount(frame['version']) &&
    isCount(frame['count']) &&
    lists.every((list) => list === undefined || areUsers(list))
  );
}

function areUsers(users: unknown): boolean {
  return Array.isArray(users) && users.every((user) => isRecord(user) && areTexts(user, 'id'));
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
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
