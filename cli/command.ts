import { formatHelp } from './help.ts';
import { parseOptions, type OptionTable, type Usage, type Values } from './options.ts';

/** What a command works with, beside what it was called with. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Aborts at the first SIGHUP, SIGINT or SIGTERM; the reason is the signal's name. */
  readonly signal: AbortSignal;
}

/** A command of the command line. */
export interface Command {
  readonly usage: Usage;
  /** Runs it. Resolves with the exit code. @throws CliError, RoomError, StartError */
  run(argv: readonly string[], context: Context): Promise<number>;
}

/** What a command was called with. */
export interface Call<O extends OptionTable> {
  readonly values: Values<O>;
  readonly args: readonly string[];
}

/** Declares a command: how it is used, and what it does. */
export function defineCommand<const O extends OptionTable>(
  usage: Usage<O>,
  act: (call: Call<O>, context: Context) => Promise<number>,
): Command {
  return {
    usage,
    run: async (argv, context) => {
      const { isHelp, ...call } = parseOptions(usage, argv, context.env);
      if (!isHelp) return act(call, context);
      context.stdout.write(formatHelp(usage));
      return 0;
    },
  };
}
