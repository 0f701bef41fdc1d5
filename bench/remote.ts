import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** What a process can be asked, by name. */
export type Calls = Readonly<Record<string, (input: never) => unknown>>;

interface Request {
  readonly no: number;
  readonly name: string;
  readonly input: unknown;
}

type Reply =
  | { readonly no: number; readonly output: unknown }
  | { readonly no: number; readonly error: string };

interface Pending {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

// A process that has been let go and is still there after this is killed.
const END_MS = 5_000;

/** A process of its own that answers calls over IPC. */
export class Remote<C extends Calls> {
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #calls = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (reply: Reply) => this.#settle(reply));
    child.on('exit', (code, signal) => this.#failAll(`the process ended (${signal ?? code})`));
    child.on('error', (error) => this.#failAll(error.message));
  }

  /** Forks a module that calls `answerCalls`. The flags of this process (`--cpu-prof`) are passed on,
   *  and `flags` beside them. `by`: a command that starts another one. */
  static fork<C extends Calls>(
    module: URL,
    flags: readonly string[] = [],
    by: readonly string[] = [],
  ): Remote<C> {
    const [execPath, ...rest] = [...by, process.execPath];
    const execArgv = [...rest, ...process.execArgv, ...flags];
    return new Remote(
      fork(module, { execPath, execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    );
  }

  /** Asks, and waits for the answer. @throws Error with what the other process threw */
  call<N extends keyof C & string>(
    name: N,
    ...[input]: Parameters<C[N]>
  ): Promise<Awaited<ReturnType<C[N]>>> {
    return new Promise((resolve, reject) => {
      const no = (this.#calls += 1);
      // Both ends share the type `C`; in between lies a serialisation that has no types.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      this.#pending.set(no, { resolve: resolve as (output: unknown) => void, reject });
      this.#child.send({ no, name, input } satisfies Request);
    });
  }

  /** Lets the process go and waits until it has gone. Safe to call twice. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_MS);
    if (this.#child.connected) this.#child.disconnect();
    await exit;
    clearTimeout(timer);
  }

  #settle(reply: Reply): void {
    const pending = this.#pending.get(reply.no);
    this.#pending.delete(reply.no);
    if ('error' in reply) pending?.reject(new Error(reply.error));
    else pending?.resolve(reply.output);
  }

  #failAll(reason: string): void {
    for (const { reject } of this.#pending.values()) reject(new Error(reason));
    this.#pending.clear();
  }
}

/** The other end: answers the calls of the process that forked this one, and ends with it. */
export function answerCalls(calls: Calls): void {
  process.on('message', (request: Request) => void answer(calls, request));
  process.on('disconnect', () => process.exit());
}

async function answer(calls: Calls, { no, name, input }: Request): Promise<void> {
  try {
    const call = calls[name];
    if (!call) throw new Error(`remote: no call ${name}`);
    // The caller's `C` is the type of these very calls.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    sendReply({ no, output: await call(input as never) });
  } catch (error) {
    sendReply({
      no,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
}

function sendReply(message: Reply): void {
  process.send?.(message);
}
