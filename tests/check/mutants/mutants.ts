import type { Mutant } from './mutant.ts';

/** One replacement in one file. */
function one(name: string, file: string, find: string, replace: string): Mutant {
  return { name, file, edits: [{ find, replace }] };
}

const QUEUE = 'server/rooms/feed-queue.ts';
const MEMORY = 'server/log/memory-log.ts';
const START = 'server/rooms/start.ts';
const ROOM = 'server/rooms/room.ts';
const VALUES = 'server/rooms/values.ts';
const SEATS = 'server/presence/room-seats.ts';
const PUSH = 'server/rooms/push-frames.ts';
const WRITER = 'server/log/sqlite/writer.ts';

/** Bugs that simulated plans have to find. */
export const simulatedMutants: readonly Mutant[] = [
  // The client.
  one(
    'an outbox reads the clock again before it sets its timer',
    'client/outbox/outbox.ts',
    'this.#schedule(now);',
    'this.#schedule(this.#parts.clock.now());',
  ),
  // The log and its keys.
  one('a key is not kept with its event', MEMORY, '    rememberKey(room, entry, event);\n', ''),
  one(
    'a key takes other data',
    MEMORY,
    'kept.digest !== digestOf(entry)',
    'kept.digest === undefined',
  ),
  one(
    'a repeat is called new',
    MEMORY,
    'at: repeat.at, duplicate: true',
    'at: repeat.at, duplicate: false',
  ),
  one(
    'a repeat is given another time',
    MEMORY,
    'offset: repeat.offset, at: repeat.at',
    'offset: repeat.offset, at: entry.at',
  ),
  one(
    'the log keeps one event too few',
    MEMORY,
    'room.events.length - room.retention.maxEvents',
    'room.events.length - room.retention.maxEvents + 1',
  ),
  one(
    'a read begins one event early',
    MEMORY,
    'Math.max(0, range.after + 1 - first)',
    'Math.max(0, range.after - first)',
  ),
  one(
    'a read begins one event late',
    MEMORY,
    'Math.max(0, range.after + 1 - first)',
    'Math.max(0, range.after + 2 - first)',
  ),
  one(
    'two answers of one batch change places',
    'server/log/sqlite/group-commit.ts',
    'const result = results[index];',
    'const result = results[results.length - 1 - index];',
  ),
  one(
    'a lost tail is not noticed',
    'server/log/sqlite/recovery.ts',
    'return lostCommits > 0 ?',
    'return lostCommits > 1e9 ?',
  ),
  {
    name: 'an event is shown before its commit is marked',
    file: 'server/log/sqlite/mark-gate.ts',
    edits: [
      { find: 'this.#held.push(...added);', replace: 'this.#options.show(added);' },
      { find: 'if (commits <= this.#marked) return result;', replace: 'return result;' },
    ],
  },
  // How a stream begins.
  one('epochs are not compared', START, "if (since.epoch !== epoch) return 'epoch-changed';", ''),
  one(
    'a resume claims one event more than is kept',
    START,
    'since.offset < first - 1',
    'since.offset < first - 2',
  ),
  one(
    'the limit of a replay is ignored',
    START,
    "if (head - since.offset > maxReplay) return 'too-many';",
    '',
  ),
  one(
    'a resume begins one event early',
    START,
    "return { start: 'resumed', position: since };",
    "return { start: 'resumed', position: { ...since, offset: Math.max(0, since.offset - 1) } };",
  ),
  one(
    'a gap says that nothing is missing',
    START,
    "return { start: 'gap', position: head, gap: gapBetween(reason, since, head) };",
    "return { start: 'resumed', position: head };",
  ),
  one(
    'a gap begins one event late',
    START,
    'from: formatPosition(from)',
    'from: formatPosition({ ...from, offset: from.offset + 1 })',
  ),
  // Replay and live, joined.
  one(
    'a merge takes what comes after a hole',
    'server/rooms/merge.ts',
    "return offset === tail + 1 ? 'next' : 'jump';",
    "return 'next';",
  ),
  one(
    'a merge takes what was read again',
    'server/rooms/merge.ts',
    "if (offset <= tail) return 'repeat';",
    "if (offset <= tail) return 'next';",
  ),
  one(
    'what came during the replay is dropped',
    QUEUE,
    'merge(this.#tail, this.#buffer)',
    'merge(this.#tail, this.#buffer.slice(0, 0))',
  ),
  one(
    'a reader who fell behind goes on behind what was dropped',
    QUEUE,
    '    this.#buffer = NOTHING;\n    this.#tail = this.#offset;\n',
    '    this.#buffer = NOTHING;\n',
  ),
  one(
    'a reader who fell behind loses his beginning',
    QUEUE,
    "this.#out.filter((frame) => frame.delivery === 'control')",
    '[]',
  ),
  one(
    'a gap in the middle is not told',
    QUEUE,
    "    this.#add({ type: 'gap', ...gapBetween(reason, from, to) });\n",
    '',
  ),
  one(
    'a full reader is pushed to',
    PUSH,
    'if (this.#isFull || this.#isReading) return false;',
    'if (this.#isReading) return false;',
  ),
  one(
    'a reader with room again is not served',
    PUSH,
    '    this.#isFull = false;\n    this.pump();',
    '    this.#isFull = false;',
  ),
  // What frames are tracked by.
  one(
    'a latest value is tracked by the head of the room',
    QUEUE,
    'else if (frame.offset !== this.#offset) return { ...frame, id: this.#ownId() };',
    '',
  ),
  one(
    'the beginning of a stream is not tracked',
    QUEUE,
    'this.#put({ id: this.#ownId(),',
    "this.#put({ id: '',",
  ),
  // What no log keeps.
  one(
    'a reader who caught up is not told the latest values',
    QUEUE,
    'if (this.#hasMissedLatest) this.#add(',
    'if (this.#epoch === null) this.#add(',
  ),
  one(
    'nobody is told that a value has expired',
    VALUES,
    'this.#clear(this.#values.expire(this.#options.clock.now()));',
    'this.#values.expire(this.#options.clock.now());',
  ),
  one(
    'nobody is told that a value went with its owner',
    VALUES,
    'this.#forget(this.#ownOf(gone));\n    this.#clear(gone);\n  }\n\n  #ownOf',
    'this.#forget(this.#ownOf(gone));\n  }\n\n  #ownOf',
  ),
  // Who is there.
  one(
    'a seat that is held is never given up',
    'server/presence/memory-presence.ts',
    'change(key, (seats) => seats.expire(memberId)),',
    'change(key, () => []),',
  ),
  one(
    'the last seat of a user is taken for one of several',
    SEATS,
    'if (person.seats.size === 0) {',
    'if (person.seats.size < 0) {',
  ),
  one(
    'nobody is told of those who have left',
    'server/rooms/told.ts',
    'if (left && (before || wasShown)) leave.push(left);',
    '',
  ),
  one(
    'the client takes a list of changes for the list of all',
    'client/people/fold-people.ts',
    'const next = new Map(known.users);',
    'const next = new Map();',
  ),
  one(
    'a passing event is published twice',
    'server/rooms/hub.ts',
    'await this.#bus.publish(name, message, ',
    'await this.#bus.publish(name, message, undefined); await this.#bus.publish(name, message, ',
  ),
  one(
    'a feed that has ended is still listened for',
    ROOM,
    'if (this.#followers.delete(follower) && !this.isFollowed)',
    'if (!this.isFollowed)',
  ),
  one(
    'an event loses its key',
    'server/rooms/tracked-frame.ts',
    'return idempotencyKey === undefined ? event : { ...event, idempotencyKey };',
    'return event;',
  ),
  // Messages that live, and reading.
  one(
    'of two edits the earlier one counts',
    'shared/message-fold.ts',
    'offsetOf(held) >= offsetOf(event)',
    'offsetOf(held) <= offsetOf(event)',
  ),
  one(
    'a removal leaves the edits of what it removes',
    MEMORY,
    'event.about === about && erases.includes(event.type)',
    'event.about === -1',
  ),
  one(
    'a change names the epoch that it was made in',
    'server/messages/about.ts',
    'data: { ...data, target, ',
    'data: { target, ...data, ',
  ),
  one(
    'an edit is appended under no key',
    'server/messages/message-changes.ts',
    '...guarded(now, version),\n          idempotencyKey,\n',
    '...guarded(now, version),\n',
  ),
  one(
    'what was removed counts as unread',
    MEMORY,
    'data !== null && by.id !== notBy',
    'by.id !== notBy',
  ),
  one(
    'the client counts what was there when the server counted',
    'client/life/unread-count.ts',
    'if (offset <= to) return known;',
    '',
  ),
  // The client.
  one(
    'the client forgets where it stood',
    'client/room-stream.ts',
    '          lastEventId = frame.id;\n',
    '',
  ),
  one(
    'the client sends again under a new key',
    'client/joined-room.ts',
    'options.idempotencyKey ?? this.#newKey()',
    'this.#newKey()',
  ),
];

/** Bugs that lie where only real processes come: in the SQLite log's own thread. */
export const realMutants: readonly Mutant[] = [
  {
    name: 'acks come before COMMIT',
    file: WRITER,
    edits: [
      {
        find: '    this.#sql.begin.run();\n',
        replace: '    if (!this.#db.isTransaction) this.#sql.begin.run();\n',
      },
      {
        find: '      this.#sql.commit.run();\n',
        replace: '      if (this.#commits % 40 === 0) this.#sql.commit.run();\n',
      },
    ],
  },
  one(
    'a key is not in the transaction of its event',
    WRITER,
    '    if (Number(put()) === 1) return undefined;\n',
    '    if (put !== undefined) return undefined;\n',
  ),
];
