import { spawn } from 'node:child_process';
import { PassThrough, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { dispatch } from '../../cli/dispatch.ts';

const COMMAND = fileURLToPath(new URL('../../bin/trpc-rooms.js', import.meta.url));

/** What a command line came to. */
export interface CliResult {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command line is run with. */
export interface CliInput {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly signal?: AbortSignal;
}

/** Runs a command line in this process, all but the starter and the signals. */
export async function runCli(argv: readonly string[], input: CliInput = {}): Promise<CliResult> {
  const [stdout, stderr] = [collect(), collect()];
  const code = await dispatch(argv, {
    env: input.env ?? {},
    stdin: Readable.from([input.stdin ?? '']),
    stdout: stdout.stream,
    stderr: stderr.stream,
    signal: input.signal ?? new AbortController().signal,
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

/** A command line that runs. */
export interface CliProcess {
  readonly result: Promise<CliResult>;
  kill(signal: 'SIGHUP' | 'SIGTERM' | 'SIGINT' | 'SIGKILL'): void;
  /** Standard output so far. */
  printed(): string;
  /** Resolves when standard output holds this text. */
  untilPrinted(text: string): Promise<void>;
  /** Resolves when standard error holds this text. */
  untilTold(text: string): Promise<void>;
}

/** Starts a command line as a process of its own. It is killed with the test. */
export function startCli(
  argv: readonly string[],
  { env = {}, nodeArgs = [] }: { env?: Record<string, string>; nodeArgs?: string[] } = {},
): CliProcess {
  const child = spawn(process.execPath, [...nodeArgs, COMMAND, ...argv], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [collect(), collect()];
  child.stdout.pipe(stdout.stream);
  child.stderr.pipe(stderr.stream);
  const result = new Promise<CliResult>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ code: code ?? signal ?? 'unknown', stdout: stdout.text(), stderr: stderr.text() });
    });
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await result;
  });
  const ended = result.then(({ stderr: said }) => {
    throw new Error(`the command ended first: ${said}`);
  });
  ended.catch(() => {});
  return {
    result,
    kill: (signal) => void child.kill(signal),
    printed: stdout.text,
    untilPrinted: (text) => Promise.race([stdout.until(text), ended]),
    untilTold: (text) => Promise.race([stderr.until(text), ended]),
  };
}

function collect() {
  const stream = new PassThrough();
  let text = '';
  const waiting = new Set<() => void>();
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    for (const look of waiting) look();
  });
  return {
    stream,
    text: () => text,
    until: (part: string) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!text.includes(part)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}
