import { mutant, type Mutant } from './mutant.ts';

const QUEUE = 'server/rooms/feed-queue.ts';
const START = 'server/rooms/start.ts';
const PUSH = 'server/rooms/push-frames.ts';

/** Bugs of streams: how they begin, and how replay and live are joined. */
export const streamMutants: readonly Mutant[] = [
  // How a stream begins.
  mutant(
    'epochs are not compared',
    START,
    "if (since.epoch !== epoch) return 'epoch-changed';",
    '',
  ),
  mutant(
    'a resume claims one event more than is kept',
    START,
    'since.offset < first - 1',
    'since.offset < first - 2',
  ),
  mutant(
    'the limit of a replay is ignored',
    START,
    "if (head - since.offset > maxReplay) return 'too-many';",
    '',
  ),
  mutant(
    'a resume begins one event early',
    START,
    "return { start: 'resumed', position: since };",
    "return { start: 'resumed', position: { ...since, offset: Math.max(0, since.offset - 1) } };",
  ),
  mutant(
    'a gap says that nothing is missing',
    START,
    "return { start: 'gap', position: head, gap: gapBetween(reason, since, head) };",
    "return { start: 'resumed', position: head };",
  ),
  mutant(
    'a gap begins one event late',
    START,
    'from: formatPosition(from)',
    'from: formatPosition({ ...from, offset: from.offset + 1 })',
  ),
  // Replay and live, joined.
  mutant(
    'a merge takes what comes after a hole',
    'server/rooms/merge.ts',
    "return offset === tail + 1 ? 'next' : 'jump';",
    "return 'next';",
  ),
  mutant(
    'a merge takes what was read again',
    'server/rooms/merge.ts',
    "if (offset <= tail) return 'repeat';",
    "if (offset <= tail) return 'next';",
  ),
  mutant(
    'what came during the replay is dropped',
    QUEUE,
    'merge(this.#tail, this.#buffer)',
    'merge(this.#tail, this.#buffer.slice(0, 0))',
  ),
  mutant(
    'a reader who fell behind goes on behind what was dropped',
    QUEUE,
    '    this.#buffer = NOTHING;\n    this.#tail = this.#offset;\n',
    '    this.#buffer = NOTHING;\n',
  ),
  mutant(
    'a reader who fell behind loses his beginning',
    QUEUE,
    "this.#out.filter((frame) => frame.delivery === 'control')",
    '[]',
  ),
  mutant(
    'a gap in the middle is not told',
    QUEUE,
    "    this.#add({ type: 'gap', ...gapBetween(reason, from, to) });\n",
    '',
  ),
  mutant(
    'a full reader is pushed to',
    PUSH,
    'if (this.#isReading || !this.#hasRoom()) return false;',
    'if (this.#isReading) return false;',
  ),
  mutant(
    'a reader with room again is not served',
    PUSH,
    '    this.#isFull = false;\n    this.pump();',
    '    this.#isFull = false;',
  ),
  // What frames are tracked by.
  mutant(
    'a latest value is tracked by the head of the room',
    QUEUE,
    'else if (frame.offset !== this.#offset) return { ...frame, id: this.#ownId() };',
    '',
  ),
  mutant(
    'the beginning of a stream is not tracked',
    QUEUE,
    'this.#put({ id: this.#ownId(),',
    "this.#put({ id: '',",
  ),
];
