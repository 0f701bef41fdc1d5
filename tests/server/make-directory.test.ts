import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDirectory } from '../../server/make-directory.ts';
import { tempDir } from '../kit/temp-dir.ts';

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('makeDirectory', () => {
  it('makes every level that is missing, with the mode that it is given', () => {
    const dir = join(tempDir(), 'a', 'b', 'c');
    makeDirectory(`${dir}/`, 0o700);
    expect([dir, join(dir, '..'), join(dir, '../..')].map(modeOf)).toEqual([0o700, 0o700, 0o700]);
  });

  it('leaves a directory alone that is there, itself or as a link', () => {
    const base = tempDir();
    const [dir, link] = [join(base, 'there'), join(base, 'link')];
    mkdirSync(dir);
    chmodSync(dir, 0o750);
    symlinkSync(dir, link);
    for (const there of [dir, link, '.', '/']) makeDirectory(there, 0o700);
    expect(modeOf(dir)).toBe(0o750);
  });

  it('names the level that cannot be made', () => {
    const base = tempDir();
    const [file, nowhere] = [join(base, 'file'), join(base, 'nowhere')];
    writeFileSync(file, '');
    symlinkSync(join(base, 'gone'), nowhere);
    for (const inTheWay of [file, nowhere]) {
      expect(() => makeDirectory(inTheWay)).toThrow(
        `EEXIST: file already exists, mkdir '${inTheWay}'`,
      );
    }
    expect(() => makeDirectory(join(file, 'below'))).toThrow('ENOTDIR');
    expect(() => makeDirectory(join(nowhere, 'below'))).toThrow(`mkdir '${nowhere}'`);
    expect(() => makeDirectory('')).toThrow('ENOENT');
  });
});
