import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gapOf } from '../../../server/log/sqlite/page-gaps.ts';
import { checkPages } from '../../../server/log/sqlite/database.ts';
import { logWriter } from '../../kit/log-writer.ts';
import { createRandom } from '../../../check/random.ts';
import { tempDir } from '../../kit/temp-dir.ts';

const by = { id: 'ada', name: 'Ada' };
const ROOMS = 6;

/** The secrets that stand in any file of a directory, of those given. */
function found(dir: string, secrets: ReadonlySet<string>): string[] {
  const seen = new Set<string>();
  for (const name of readdirSync(dir)) {
    const text = readFileSync(join(dir, name)).toString('latin1');
    for (const [secret] of text.matchAll(/#\d{1,5}-\d{1,5}#/g)) seen.add(secret);
  }
  return [...secrets].filter((secret) => seen.has(secret));
}

/** Rooms that are written to, trimmed and erased from at random. */
function world(seed: string) {
  const dir = tempDir();
  const { db, writer } = logWriter(dir);
  const random = createRandom(seed);
  const heads = Array.from({ length: ROOMS }, () => 0);
  const erased = new Set<string>();
  const roomOf = (no: number) => ({ kind: 'chat', id: `r${no}` });
  const secretOf = (no: number, offset: number) => `#${no}-${offset}#`;

  const append = () => {
    const entries = Array.from({ length: random.between(1, 20) }, () => {
      const no = random.between(0, ROOMS - 1);
      const offset = (heads[no] = (heads[no] ?? 0) + 1);
      const data = JSON.stringify(secretOf(no, offset).repeat(random.between(1, 60)));
      return { room: roomOf(no), type: 'm', data, by, at: 1, idempotencyKey: `${no}/${offset}` };
    });
    writer.append(entries);
  };
  const erase = () => {
    const no = random.between(0, ROOMS - 1);
    const offset = random.between(1, heads[no] ?? 1);
    if (writer.erase(roomOf(no), offset)) erased.add(secretOf(no, offset));
  };
  return { dir, db, writer, erased, append, erase };
}

describe('the gaps of pages', () => {
  it('[LOG5] hold nothing that was erased, nor do they again', () => {
    let copies = 0;
    for (const seed of ['a', 'b', 'c', 'd']) {
      const { dir, db, writer, erased, append, erase } = world(seed);
      for (let round = 0; round < 3; round += 1) {
        for (let index = 0; index < 50; index += 1) append();
        for (let index = 0; index < 150; index += 1) erase();
        db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
        copies += found(dir, erased).length;
        writer.scrub();
        expect(found(dir, erased)).toEqual([]);
        // Nor are they written again by what SQLite had in mind of them.
        for (let index = 0; index < 20; index += 1) append();
        expect(found(dir, erased)).toEqual([]);
        checkPages(db);
      }
    }
    // Otherwise nothing was proved.
    expect(copies).toBeGreaterThan(0);
  });

  it('are found by the header of their page alone, and not where there is none', () => {
    const page = Buffer.alloc(512, 'x');
    expect(gapOf(page, false)).toBeUndefined();
    page.writeUInt8(13, 0);
    page.writeUInt16BE(3, 3);
    page.writeUInt16BE(400, 5);
    expect(gapOf(page, false)).toEqual({ from: 14, to: 400 });
    page.writeUInt8(5, 100);
    page.writeUInt16BE(0, 103);
    page.writeUInt16BE(512, 105);
    expect(gapOf(page, true)).toEqual({ from: 112, to: 512 });
    page.writeUInt16BE(14, 5);
    expect(gapOf(page, false)).toBeUndefined();
    page.writeUInt16BE(13, 5);
    expect(() => gapOf(page, false)).toThrow(/contradicts itself/);
    page.writeUInt16BE(513, 5);
    expect(() => gapOf(page, false)).toThrow(/contradicts itself/);
  });
});
