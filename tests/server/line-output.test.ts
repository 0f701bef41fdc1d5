import { describe, expect, it } from 'vitest';
import { LineOutput } from '../../server/line-output.ts';

/** A file in the test's hands. `room`: the bytes that it takes; then it fails with `error`. */
function stage(room = Infinity) {
  const told: number[] = [];
  const file = { text: '', room, error: 'EAGAIN', tries: 0 };
  const write = (bytes: Uint8Array) => {
    file.tries += 1;
    const taken = Math.min(bytes.length, file.room);
    if (taken === 0) throw Object.assign(new Error(file.error), { code: file.error });
    file.text += Buffer.from(bytes.subarray(0, taken)).toString();
    file.room -= taken;
    return taken;
  };
  const output = new LineOutput({ write, onLost: (count) => told.push(count) });
  return { file, output, told };
}

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`);

describe('the output of lines', () => {
  it('writes a line before it returns', () => {
    const { file, output } = stage();
    output.write('one\n');
    expect(file.text).toBe('one\n');
  });

  it('keeps lines in their order for a reader who stops and goes on, within a line too', async () => {
    const { file, output, told } = stage(10);
    for (const line of lines(1, 3)) output.write(line);
    expect(file.text).toBe('line 1\nlin');
    file.room = 6;
    await expect.poll(() => file.room).toBe(0);
    output.write('line 4\n');
    expect(file.text).toBe('line 1\nline 2\nli');
    file.room = Infinity;
    await expect.poll(() => file.text).toBe(lines(1, 4).join(''));
    expect(told).toEqual([]);
  });

  it('lets no more than 1 MiB wait, and says afterwards how many lines were lost', async () => {
    const { file, output, told } = stage(0);
    const line = `${'x'.repeat(1023)}\n`;
    for (let count = 0; count < 1_030; count += 1) output.write(line);
    file.room = Infinity;
    // The one that is being written does not wait.
    await expect.poll(() => file.text.length).toBe(1025 * 1024);
    expect(told).toEqual([5]);
  });

  it('loses what a full disk does not take, ends what was cut and says how many were lost', () => {
    const { file, output, told } = stage(10);
    file.error = 'ENOSPC';
    for (const line of lines(1, 4)) output.write(line);
    expect([file.text, told]).toEqual(['line 1\nlin', []]);
    file.room = Infinity;
    output.write('line 5\n');
    expect([file.text, told]).toEqual(['line 1\nlin\nline 5\n', [3]]);
    output.write('line 6\n');
    expect(told).toEqual([3]);
  });

  it('waits for a slow reader where the process is about to end, and not for ever', () => {
    const { file, output } = stage(0);
    output.write('last\n');
    const before = file.tries;
    output.flushSync();
    expect(file.tries - before).toBe(20);
    file.room = Infinity;
    output.flushSync();
    expect(file.text).toBe('last\n');
  });
});
