import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';

// From SQLite's file format: where a page keeps its own header, and which pages are of trees.
const FILE_HEADER_BYTES = 100;
const HEADER_BYTES: Readonly<Record<number, number>> = { 2: 12, 5: 12, 10: 8, 13: 8 };
const CHUNK_BYTES = 4 * 1024 * 1024;
// Other pages begin with the number of a page. Beyond, that could look like the kind of a tree's page.
const MAX_PAGES = 2 ** 25;
const ZEROS = Buffer.alloc(65_536);

/** The part of a page that belongs to nothing, between the places of its cells and the cells: SQLite leaves
 *  copies there of rows that it has moved to another page. Undefined: the page has none, or is of no tree.
 *  @throws Error when the page contradicts itself */
export function gapOf(page: Buffer, isFirst: boolean): { from: number; to: number } | undefined {
  const header = isFirst ? FILE_HEADER_BYTES : 0;
  const bytes = HEADER_BYTES[page.readUInt8(header)];
  if (bytes === undefined) return undefined;
  const from = header + bytes + 2 * page.readUInt16BE(header + 3);
  // Nought stands for 65,536, which does not fit.
  const to = page.readUInt16BE(header + 5) || 65_536;
  if (from > to || to > page.length) throw new Error('a page contradicts itself');
  return from < to ? { from, to } : undefined;
}

/** The pages of a database, beside SQLite's own hands on them. The file stays open as long as SQLite has
 *  it open anywhere in the process: closing any handle of it gives back all locks on it. */
export class PageGaps {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, constants.O_RDWR);
  }

  /** Are there few enough pages to tell them apart? */
  get isReadable(): boolean {
    return fstatSync(this.#file).size / this.#pageSize() < MAX_PAGES;
  }

  /** Fills the gaps of all pages with zeros, and returns when that is on disk. The WAL must be empty and nobody
   *  may write meanwhile; caches of pages that will be written again must be dropped. Readers see no difference.
   *  @throws Error */
  clear(): void {
    const pageSize = this.#pageSize();
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let at = 0; ; at += CHUNK_BYTES) {
      const length = readSync(this.#file, chunk, 0, CHUNK_BYTES, at);
      for (let start = 0; start + pageSize <= length; start += pageSize) {
        this.#clearPage(chunk.subarray(start, start + pageSize), at + start);
      }
      if (length < CHUNK_BYTES) break;
    }
    fdatasyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }

  #clearPage(page: Buffer, at: number): void {
    const gap = gapOf(page, at === 0);
    if (!gap) return;
    const zeros = ZEROS.subarray(0, gap.to - gap.from);
    if (page.subarray(gap.from, gap.to).equals(zeros)) return;
    writeSync(this.#file, zeros, 0, zeros.length, at + gap.from);
  }

  #pageSize(): number {
    const header = Buffer.alloc(FILE_HEADER_BYTES);
    readSync(this.#file, header, 0, FILE_HEADER_BYTES, 0);
    const size = header.readUInt16BE(16);
    return size === 1 ? 65_536 : size;
  }
}
