import { mutant, type Mutant } from './mutant.ts';

const MEMORY = 'server/log/memory-log.ts';
const WRITER = 'server/log/sqlite/writer.ts';

/** Bugs of the log and its keys. */
export const logMutants: readonly Mutant[] = [
  mutant('a key is not kept with its event', MEMORY, '    rememberKey(room, entry, event);\n', ''),
  mutant(
    'a key takes other data',
    MEMORY,
    'kept.digest !== digestOf(entry)',
    'kept.digest === undefined',
  ),
  mutant(
    'a repeat is called new',
    MEMORY,
    'at: repeat.at, duplicate: true',
    'at: repeat.at, duplicate: false',
  ),
  mutant(
    'a repeat is given another time',
    MEMORY,
    'offset: repeat.offset, at: repeat.at',
    'offset: repeat.offset, at: entry.at',
  ),
  mutant(
    'the log keeps one event too few',
    MEMORY,
    'room.events.length - room.retention.maxEvents',
    'room.events.length - room.retention.maxEvents + 1',
  ),
  mutant(
    'a read begins one event early',
    MEMORY,
    'Math.max(0, range.after + 1 - first)',
    'Math.max(0, range.after - first)',
  ),
  mutant(
    'a read begins one event late',
    MEMORY,
    'Math.max(0, range.after + 1 - first)',
    'Math.max(0, range.after + 2 - first)',
  ),
  mutant(
    'two answers of one batch change places',
    'server/log/sqlite/group-commit.ts',
    'const result = results[index];',
    'const result = results[results.length - 1 - index];',
  ),
  mutant(
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
  mutant(
    'a key is not in the transaction of its event',
    'server/log/sqlite/writer-keys.ts',
    '    if (Number(put()) === 1) return undefined;\n',
    '    if (put !== undefined) return undefined;\n',
  ),
];
