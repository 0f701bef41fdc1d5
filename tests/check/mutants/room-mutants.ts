import { mutant, type Mutant } from './mutant.ts';

const QUEUE = 'server/rooms/feed-queue.ts';
const MEMORY = 'server/log/memory-log.ts';
const ROOM = 'server/rooms/room.ts';
const VALUES = 'server/rooms/values.ts';
const SEATS = 'server/presence/room-seats.ts';

/** Bugs of what is in a room besides its stream: values, people, and messages that live. */
export const roomMutants: readonly Mutant[] = [
  // What no log keeps.
  mutant(
    'a reader who caught up is not told the latest values',
    QUEUE,
    'if (this.#hasMissedLatest) this.#add(',
    'if (this.#epoch === null) this.#add(',
  ),
  mutant(
    'nobody is told that a value has expired',
    VALUES,
    'this.#clear(this.#values.expire(this.#options.clock.elapsed()));',
    'this.#values.expire(this.#options.clock.elapsed());',
  ),
  mutant(
    'nobody is told that a value went with its owner',
    VALUES,
    'this.#forget(this.#ownOf(gone));\n    this.#clear(gone);\n  }\n\n  #ownOf',
    'this.#forget(this.#ownOf(gone));\n  }\n\n  #ownOf',
  ),
  // Who is there.
  mutant(
    'a seat that is held is never given up',
    'server/presence/memory-presence.ts',
    'change(key, (seats) => seats.expire(memberId)),',
    'change(key, () => []),',
  ),
  mutant(
    'the last seat of a user is taken for one of several',
    SEATS,
    'if (person.seats.size === 0) {',
    'if (person.seats.size < 0) {',
  ),
  mutant(
    'nobody is told of those who have left',
    'server/rooms/told.ts',
    'if (left && (before || wasShown)) leave.push(left);',
    '',
  ),
  mutant(
    'the client takes a list of changes for the list of all',
    'client/people/fold-people.ts',
    'const next = new Map(known.users);',
    'const next = new Map();',
  ),
  mutant(
    'a passing event is published twice',
    'server/rooms/publisher.ts',
    'await bus.publish(name, message, ',
    'await bus.publish(name, message, undefined); await bus.publish(name, message, ',
  ),
  mutant(
    'a feed that has ended is still listened for',
    ROOM,
    'if (this.#followers.delete(follower) && !this.isFollowed)',
    'if (!this.isFollowed)',
  ),
  mutant(
    'an event loses its key',
    'server/rooms/tracked-frame.ts',
    'return idempotencyKey === undefined ? event : { ...event, idempotencyKey };',
    'return event;',
  ),
  // Messages that live, and reading.
  mutant(
    'of two edits the earlier one counts',
    'shared/message-fold.ts',
    'offsetOf(held) >= offsetOf(event)',
    'offsetOf(held) <= offsetOf(event)',
  ),
  mutant(
    'a removal leaves the edits of what it removes',
    MEMORY,
    'event.about === about && erases.includes(event.type)',
    'event.about === -1',
  ),
  mutant(
    'a change names the epoch that it was made in',
    'server/messages/about.ts',
    'data: { ...data, target, ',
    'data: { target, ...data, ',
  ),
  mutant(
    'an edit is appended under no key',
    'server/messages/message-changes.ts',
    'says: encodeData(given), idempotencyKey }',
    'says: encodeData(given) }',
  ),
  mutant(
    'an edit under a key goes past the removal of its message',
    'server/messages/message-changes.ts',
    'const refusal = refusalOf(found, expected);',
    'const refusal = edit.idempotencyKey === undefined ? refusalOf(found, expected) : undefined;',
  ),
  mutant(
    'an answer is refused before its key is looked up',
    'server/messages/replies.ts',
    'if (refusal) return appendedBefore(log, { ...entry, about: position.offset }, refusal);',
    'if (refusal) throw refusal;',
  ),
  mutant(
    'an edit goes past a removal that comes between',
    'server/messages/message-changes.ts',
    '...standing(now), says: encodeData(given)',
    'about: now.position.offset, says: encodeData(given)',
  ),
  mutant(
    'an edit that met another change is not tried again',
    'server/messages/message-changes.ts',
    'if (isFinal || tries === MAX_TRIES) return',
    'return',
  ),
  mutant(
    'an answer goes past a removal that comes between',
    'server/messages/append.ts',
    '{ ...entry, about: offset, guard }',
    '{ ...entry, about: offset }',
  ),
  mutant(
    'an edit of what was removed since is refused before its key is looked up',
    'server/messages/message-changes.ts',
    '? appendedBefore(this.#log, editing(found), refusal)',
    '? Promise.reject(refusal)',
  ),
  mutant(
    'what was removed counts as unread',
    MEMORY,
    'data !== null && by.id !== notBy',
    'by.id !== notBy',
  ),
  mutant(
    'the client counts what was there when the server counted',
    'client/life/unread-count.ts',
    'if (offset <= offsetIn(known.state?.to, event.position)) return known;',
    '',
  ),
];
