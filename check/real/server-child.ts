import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** How the server of a run is started. */
export interface ServerChildOptions {
  readonly dataDir: string;
  readonly secret: string;
  /** More of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A server in a process of its own, started as an operator starts it. */
export interface ServerChild {
  readonly port: number;
  /** Resident memory in bytes; 0 where the system does not tell. */
  memory(): number;
  /** SIGSTOP, SIGCONT. */
  freeze(): void;
  thaw(): void;
  /** Ends it by a signal. Resolves when it is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

// A machine that runs much else takes its time; a server that never starts is noticed all the same.
const START_MS = 60_000;

/** Starts `trpc-rooms serve` and waits until it listens. @throws Error with what it logged */
export async function startServerChild(options: ServerChildOptions): Promise<ServerChild> {
  const { dataDir, secret, env } = options;
  const child = spawn(process.execPath, [command(), 'serve'], {
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      AUTH_SECRET: secret,
      LOG_LEVEL: 'info',
      // A few publishers for many: what is measured here is what becomes of events, not how fast they may come.
      LIMITS: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  // Whatever ends this process must not leave the server behind.
  const killChild = () => void child.kill('SIGKILL');
  process.once('exit', killChild);
  void exited.then(() => process.removeListener('exit', killChild));
  const url = await listening(child, exited);
  return {
    port: Number(new URL(url).port),
    memory: () => residentBytes(child.pid),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    end: async (signal) => {
      child.kill(signal);
      await exited;
    },
  };
}

function listening(child: ChildProcess, exited: Promise<void>): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const fail = () => {
      child.kill('SIGKILL');
      reject(new Error(`the server did not start:\n${lines.slice(-20).join('\n')}`));
    };
    const timer = setTimeout(fail, START_MS);
    void exited.then(fail);
    const read = (line: string) => {
      // Only while it starts: a run is long.
      if (lines.length < 100) lines.push(line);
      const found = /"url":"(http[^"]+)"/.exec(line)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    };
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', read);
    }
  });
}

function command(): string {
  // Two folders up from the source, three from what is built.
  const paths = ['../../bin/trpc-rooms.js', '../../../bin/trpc-rooms.js'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = paths.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error('server-child: bin/trpc-rooms.js is not where it was installed');
  return found;
}

function residentBytes(pid: number | undefined): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kib ?? 0) * 1024;
  } catch {
    return 0;
  }
}
