import type { Command, Context } from './command.ts';
import { EXIT, reportFailure, usageError } from './failure.ts';
import { formatOverview } from './help.ts';
import { readVersion } from './version.ts';

// In the order in which they are told. Only the one that runs is loaded: a command that asks a server has no need of one.
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./commands/serve.ts')).serve,
  token: async () => (await import('./commands/token.ts')).token,
  tail: async () => (await import('./commands/tail.ts')).tail,
  send: async () => (await import('./commands/send.ts')).send,
  replay: async () => (await import('./commands/replay.ts')).replay,
  backup: async () => (await import('./commands/backup.ts')).backup,
  restore: async () => (await import('./commands/restore.ts')).restore,
  check: async () => (await import('./commands/check.ts')).check,
  docs: async () => (await import('./commands/docs.ts')).docs,
};

/** Runs the command that the words name. Resolves with the exit code; failures are told on stderr. */
export async function dispatch(argv: readonly string[], context: Context): Promise<number> {
  try {
    return await runNamed(argv, context);
  } catch (error) {
    const end = argv.indexOf('--');
    const json = (end === -1 ? argv : argv.slice(0, end)).includes('--json');
    return reportFailure(error, { json, write: (text) => void context.stderr.write(text) });
  }
}

async function runNamed([name, ...rest]: readonly string[], context: Context): Promise<number> {
  if (name === undefined) {
    context.stderr.write(await overview());
    return EXIT.usage;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    context.stdout.write(await overview());
    return EXIT.ok;
  }
  if (name === '--version' || name === '-v') {
    context.stdout.write(`${readVersion()}\n`);
    return EXIT.ok;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load) return (await load()).run(rest, context);
  const known = Object.keys(commands).join(', ');
  throw usageError(`there is no command ${JSON.stringify(name)}; there are ${known}`);
}

async function overview(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  return formatOverview(all.map(({ usage }) => usage));
}
