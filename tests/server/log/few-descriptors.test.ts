import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { tempDir } from '../../kit/temp-dir.ts';

const PROGRAM = fileURLToPath(new URL('../../kit/few-descriptors.ts', import.meta.url));

it.runIf(process.platform === 'linux')(
  'a log that has too few descriptors to start says what it lacks',
  async () => {
    const limited = 'ulimit -n 64; exec "$@"';
    const argv = ['-c', limited, 'sh', process.execPath, PROGRAM, tempDir()];
    const { stdout } = await promisify(execFile)('sh', argv);
    const failures = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string; message: string });
    expect(failures.length).toBeGreaterThan(5);
    for (const failure of failures) {
      expect(failure).toMatchObject({
        name: 'StartError',
        message: expect.stringMatching(
          /too many open files|EMFILE|unable to open|thread that writes/,
        ),
      });
    }
  },
);
