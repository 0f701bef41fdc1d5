import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Reader } from '../../../server/log/sqlite/reader.ts';
import { logWriter } from '../../kit/log-writer.ts';
import { tempDir } from '../../kit/temp-dir.ts';

/** What SQLite does for each statement that the writer and the reader prepare: all of them, because they
 *  are caught as they are prepared. */
function plans(): Map<string, string[]> {
  const dir = tempDir();
  const { db, mark } = logWriter(dir, () => void vi.spyOn(DatabaseSync.prototype, 'prepare'));
  const reader = Reader.open(join(dir, 'log.db'), 'e');
  const prepare = vi.mocked(DatabaseSync.prototype.prepare);
  const statements = prepare.mock.calls.map(([sql]) => sql);
  prepare.mockRestore();
  onTestFinished(() => {
    reader.close();
    mark.close();
  });
  const planOf = (sql: string) =>
    db
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => String(detail));
  return new Map(statements.map((sql) => [sql, planOf(sql)]));
}

// The first is read row by row, no further than the first young one.
const KEYS_IN_ORDER = ['SELECT no AS place, at FROM keys', 'DELETE FROM keys WHERE no <'];

const touches = (step: string) => /^(SCAN|SEARCH) (events|keys|rooms|meta|records)\b/.test(step);

describe('the statements of the SQLite log', () => {
  it('find what they touch by a key, however long a room is', () => {
    const found = [...plans()].filter(([, plan]) => plan.some(touches));
    expect(found.length).toBeGreaterThan(15);
    for (const [sql, plan] of found) {
      // These walk keys from the oldest on: the next test.
      if (KEYS_IN_ORDER.some((start) => sql.startsWith(start))) continue;
      for (const step of plan.filter(touches)) expect(step, sql).toMatch(/^SEARCH \w+ USING /);
    }
    const all = found.flatMap(([, plan]) => plan);
    expect(all.filter((step) => step.includes('TEMP B-TREE'))).toEqual([]);
    expect(all.filter((step) => step.startsWith('SEARCH events USING PRIMARY KEY'))).not.toEqual(
      [],
    );
  });

  it('[LOG4] walk keys from the oldest on, in steps with an end', () => {
    const found = [...plans()].filter(([sql]) =>
      KEYS_IN_ORDER.some((start) => sql.startsWith(start)),
    );
    const walksOf = (steps: string[]) => steps.filter((step) => step.startsWith('SCAN keys'));
    // By rowid, so in the order of the table itself.
    expect(found.map(([, steps]) => walksOf(steps))).toEqual([['SCAN keys'], ['SCAN keys']]);
    const [sql, plan] = found[1] ?? ['', []];
    expect(sql).toContain('FROM keys ORDER BY no LIMIT ?');
    expect(plan).toContain('SEARCH keys USING INTEGER PRIMARY KEY (rowid=?)');
  });
});
