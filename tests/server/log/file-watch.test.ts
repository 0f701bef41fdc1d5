import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { watchFiles } from '../../../server/log/sqlite/file-watch.ts';
import { tempDir } from '../../kit/temp-dir.ts';

const OLD = new Date('2026-01-01');

/** Two files in a directory that has not changed for long. */
function watched() {
  const dir = join(tempDir(), 'data');
  mkdirSync(dir);
  const [first, second] = [join(dir, 'log.db'), join(dir, 'log.mark')] as const;
  for (const path of [first, second]) writeFileSync(path, 'one');
  utimesSync(dir, OLD, OLD);
  const check = watchFiles([first, second]);
  check();
  return { dir, first, second, check };
}

describe('watchFiles', () => {
  it('says nothing of files that are written to, and of others that come and go', () => {
    const { dir, first, check } = watched();
    writeFileSync(first, 'two');
    check();
    writeFileSync(join(dir, 'other'), '');
    check();
    rmSync(join(dir, 'other'));
    expect(check).not.toThrow();
  });

  it.each(['first', 'second'] as const)('[LOG3] notices that the %s is removed', (which) => {
    const { check, ...files } = watched();
    rmSync(files[which]);
    expect(check).toThrow('was removed or replaced');
    expect(check).toThrow('was removed or replaced');
  });

  it('[LOG3] notices that one is replaced', () => {
    const { dir, second, check } = watched();
    writeFileSync(join(dir, 'copy'), 'one');
    renameSync(join(dir, 'copy'), second);
    expect(check).toThrow('was removed or replaced');
  });

  it('[LOG3] notices that the directory is moved away', () => {
    const { dir, check } = watched();
    renameSync(dir, `${dir}-moved`);
    expect(check).toThrow('was removed or replaced');
  });

  it('[LOG3] does not take the time of a directory that has just changed for proof', () => {
    const { dir, second, check } = watched();
    const now = new Date();
    writeFileSync(join(dir, 'copy'), 'one');
    utimesSync(dir, now, now);
    check();
    // As on a file system that tells times by the second.
    renameSync(join(dir, 'copy'), second);
    utimesSync(dir, now, now);
    expect(check).toThrow('was removed or replaced');
  });
});
