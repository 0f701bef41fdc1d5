import { describe, expect, it } from 'vitest';
import { limits } from '../../../shared/index.ts';
import { Trouble } from '../../../server/log/sqlite/trouble.ts';
import { unavailable } from '../../../server/log/sqlite/writer-port.ts';
import { logWriter } from '../../kit/log-writer.ts';
import { tempDir } from '../../kit/temp-dir.ts';

const room = { kind: 'chat', id: 'r' };
const by = { id: 'ada', name: 'Ada' };
const entry = (key: string) => ({ room, type: 'm', data: '1', by, at: 1, idempotencyKey: key });

describe('Writer', () => {
  it('[LOG3] says so when the mark of a commit cannot be written, and keeps the events', () => {
    const { mark, writer } = logWriter(tempDir());
    expect(writer.append([entry('a')]).unmarked).toBeUndefined();
    // A file that is closed takes no more than a disk that fails.
    mark.close();
    const done = writer.append([entry('b')]);
    expect(done.unmarked).toContain('mark');
    expect(done.written).toEqual([{ offset: 2, at: 1, duplicate: false }]);
    expect(writer.append([entry('b')]).written).toEqual([{ offset: 2, at: 1, duplicate: true }]);
  });
});

describe('[LOG1] Writer, of what is refused', () => {
  it('makes no room and keeps no key', () => {
    const { db, writer } = logWriter(tempDir());
    const refused = { ...entry('k'), about: 1, guard: { types: [], version: -1 } };
    expect(writer.append([refused]).written).toEqual(['stale']);
    const count = (table: string) => db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'];
    expect([count('rooms'), count('keys')]).toEqual([0, 0]);
    // In a room that is there, and within one batch with what makes it.
    expect(writer.append([refused, entry('a'), refused]).written).toEqual([
      'stale',
      { offset: 1, at: 1, duplicate: false },
      'stale',
    ]);
    expect([count('rooms'), count('keys'), count('events')]).toEqual([1, 1, 1]);
  });
});

describe('[SND1] Writer, of keys past their window', () => {
  it('forgets them behind one of a time that has not come yet', () => {
    const { db, writer } = logWriter(tempDir());
    const at = (key: string, time: number) => ({ ...entry(key), at: time });
    const old = Array.from({ length: 700 }, (_, index) => at(`k${index}`, 1));
    const now = limits.keyWindowMs + 1;
    writer.append([at('ahead', 1e14), ...old, at('young', now), at('last', 1e14)]);
    let after = writer.trim(now, 0);
    while (after !== undefined) after = writer.trim(now, after);
    const keys = db.prepare('SELECT key FROM keys ORDER BY no').all();
    expect(keys.map(({ key }) => key)).toEqual(['young', 'last']);
  });
});

describe('[SND1] Writer, of a key in which a bit has turned', () => {
  const turned = (change: string) => {
    const { db, writer } = logWriter(tempDir());
    writer.append([entry('a'), entry('b'), entry('c')]);
    db.exec(`UPDATE keys SET ${change} WHERE key = 'b'`);
    return writer;
  };
  const other = { ...entry('b'), data: '2' };
  const known = { offset: 2, at: 1, duplicate: true };

  it('gives a repeat its answer by the event, and tells other data all the same', () => {
    const writer = turned("digest = 'another'");
    expect(writer.append([entry('b'), other]).written).toEqual([known, 'conflict']);
  });

  it('does not take it for past its window', () => {
    const writer = turned(`at = ${-limits.keyWindowMs}`);
    expect(writer.append([entry('b'), other]).written).toEqual([known, 'conflict']);
  });

  it('refuses what it cannot tell, and nothing else in the batch', () => {
    const writer = turned('offset = 3');
    const next = { offset: 4, at: 1, duplicate: false };
    expect(writer.append([entry('b'), entry('d')]).written).toEqual(['damaged', next]);
  });
});

describe('Trouble', () => {
  it('tells when writing begins to fail and when it works again, once each', async () => {
    const told: (string | undefined)[] = [];
    const trouble = new Trouble((reason) => told.push(reason));
    const fail = () => trouble.watch(Promise.reject(unavailable('disk is full'))).catch(() => {});
    await trouble.watch(Promise.resolve(1));
    await fail();
    await fail();
    expect([told, trouble.current]).toEqual([['disk is full'], 'disk is full']);
    await trouble.watch(Promise.resolve(1));
    expect([told, trouble.current]).toEqual([['disk is full', undefined], undefined]);
  });
});
