import { errors, RoomError } from '../shared/index.ts';
// Not by the server's index: a command that asks a server would load one.
import { StartError } from '../server/start-error.ts';
import { printableLines } from './printable.ts';

/** Exit codes: all went well, it failed, it was asked for wrongly. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** A failure that the person at the terminal can do something about. */
export class CliError extends Error {
  override readonly name = 'CliError';
  /** One sentence on what to do. */
  readonly advice: string;
  /** For programs: `USAGE`, `UNREACHABLE`, … Unset where the message alone says it. */
  readonly code: string | undefined;
  readonly exitCode: number;

  constructor(
    message: string,
    options: { advice: string; code?: string; exitCode?: number; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.advice = options.advice;
    this.code = options.code;
    this.exitCode = options.exitCode ?? EXIT.failed;
  }
}

/** A command that was written wrongly: exit code 2, and where to read how to write it. */
export function usageError(message: string, command?: string): CliError {
  const help = ['trpc-rooms', command, '--help'].filter((word) => word !== undefined).join(' ');
  const advice = `Run \`${help}\` to see how it is used.`;
  return new CliError(message, { advice, code: 'USAGE', exitCode: EXIT.usage });
}

const INTERRUPTED: Readonly<Record<string, number>> = { SIGHUP: 129, SIGTERM: 143 };

/** A command that a signal stopped before it was done: 129 or 143 by SIGHUP or SIGTERM, otherwise 130. */
export function interrupted(signal: AbortSignal | undefined): CliError {
  const advice = 'What was acknowledged is kept; run the command again to start over.';
  const exitCode = INTERRUPTED[String(signal?.reason)] ?? 130;
  return new CliError('interrupted', { advice, code: 'INTERRUPTED', exitCode });
}

/** A failure as people and programs are told of it. */
export interface Failure {
  readonly code?: string;
  readonly message: string;
  readonly advice: string;
  readonly exitCode: number;
}

/** What a thrown value means at a terminal. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CliError) {
    const { message, advice, exitCode, code } = error;
    return { ...(code === undefined ? {} : { code }), message, advice, exitCode };
  }
  if (error instanceof RoomError) {
    const { message, code } = error;
    return { code, message, advice: errors[code].advice, exitCode: EXIT.failed };
  }
  if (error instanceof StartError) {
    return { message: error.message, advice: error.advice, exitCode: EXIT.failed };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const advice = 'This is a fault of trpc-rooms itself; please report it with the lines above.';
  return { code: 'INTERNAL', message, advice, exitCode: EXIT.failed };
}

/** Tells of a failure: `error: …` and what to do, or one line of JSON. Returns the exit code. */
export function reportFailure(
  error: unknown,
  { json, write }: { json: boolean; write: (text: string) => void },
): number {
  const { exitCode, ...told } = failureOf(error);
  if (json) write(`${JSON.stringify({ error: told })}\n`);
  else {
    // A room error's message often is its advice.
    const advice = told.advice === told.message ? '' : `  ${told.advice}\n`;
    write(`error: ${printableLines(told.message)}\n${printableLines(advice)}`);
  }
  return exitCode;
}
