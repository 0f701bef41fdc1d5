import { closeSync, constants, fdatasyncSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { syncFile } from './sync-file.ts';

/** What the mark says: this database has reached this many commits. */
export interface Mark {
  readonly databaseId: string;
  readonly commits: number;
}

const SLOT_BYTES = 128;
// Two slots in two disk sectors, written in turn: a torn write spoils one and leaves the other.
const SLOT_OFFSETS = [0, 4096] as const;

/** The file beside the database that says how far it had come (LOG3). SQLite drops a damaged tail
 *  of its WAL without a word; a database that is behind its mark has lost something. */
export class CommitMark {
  readonly #file: number;
  /** What is written next: anew for each mark it would be memory for each. */
  readonly #slot = Buffer.alloc(SLOT_BYTES);

  private constructor(file: number) {
    this.#file = file;
  }

  /** Opens or creates the file, and makes its directory entry durable. */
  static open(path: string): CommitMark {
    const file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    syncFile(dirname(path));
    return new CommitMark(file);
  }

  /** The newest slot that reads right, or undefined when none does. */
  read(): Mark | undefined {
    const marks = SLOT_OFFSETS.map((offset) => this.#readSlot(offset)).filter((mark) => !!mark);
    return marks.toSorted((a, b) => b.commits - a.commits)[0];
  }

  /** Writes and fsyncs. Returns when the mark is on disk. */
  write(mark: Mark): void {
    this.#writeSlot(mark, SLOT_OFFSETS[mark.commits % 2 === 0 ? 0 : 1]);
  }

  /** Writes both slots: nothing of another database's mark stays. */
  reset(mark: Mark): void {
    for (const offset of SLOT_OFFSETS) this.#writeSlot(mark, offset);
  }

  close(): void {
    closeSync(this.#file);
  }

  #writeSlot(mark: Mark, offset: number): void {
    const body = `${mark.databaseId} ${mark.commits}`;
    this.#slot.fill(0);
    this.#slot.write(`${crc32(body)} ${body}\n`);
    writeSync(this.#file, this.#slot, 0, SLOT_BYTES, offset);
    fdatasyncSync(this.#file);
  }

  #readSlot(offset: number): Mark | undefined {
    const slot = Buffer.alloc(SLOT_BYTES);
    readSync(this.#file, slot, 0, SLOT_BYTES, offset);
    const match = /^(\d+) (([A-Za-z0-9_-]+) (\d+))\n/.exec(slot.toString('latin1'));
    if (!match?.[2] || !match[3] || Number(match[1]) !== crc32(match[2])) return undefined;
    return { databaseId: match[3], commits: Number(match[4]) };
  }
}
