import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

describe('check', () => {
  it('runs plans of a seed, says what it found, and ends with 0', async () => {
    const { code, stdout } = await runCli([
      'check',
      '--plans',
      '20',
      '--minutes',
      '0',
      '--seed',
      'x',
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('seed x\n');
    expect(stdout).toMatch(/Simulated: 20 runs/);
    expect(stdout).toMatch(/0 anomalies/);
  });

  it('does the same for the same seed', async () => {
    const argv = ['check', '--plans', '10', '--minutes', '0', '--seed', 'same', '--json'];
    const [first, second] = [await runCli(argv), await runCli(argv)];
    expect(JSON.parse(first.stdout)).toMatchObject({ isClean: true, simulated: { runs: 10 } });
    expect(second.stdout).toBe(first.stdout);
  });

  it.each([
    ['--minutes', 'soon'],
    ['--plans', '-1'],
    ['--url', 'ws://127.0.0.1:1'],
    ['--url', 'nowhere', '--token', 'a.b.c'],
    ['--url', 'ws://127.0.0.1:1', '--token', 'secret'],
    ['--what'],
    ['--minutes', '0', '--plans', '0'],
    ['--minutes', '0', '--url', 'ws://127.0.0.1:1', '--token', 'a.b.c'],
  ])('ends with 2 when it is asked for wrongly: %s %s', async (...argv) => {
    const { code, stderr } = await runCli(['check', ...argv]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: /);
  });
});
