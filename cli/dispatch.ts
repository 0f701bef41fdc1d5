import type { Command, Context } from './command.ts';
import { backup } from './commands/backup.ts';
import { check } from './commands/check.ts';
import { docs } from './commands/docs.ts';
import { replay } from './commands/replay.ts';
import { restore } from './commands/restore.ts';
import { send } from './commands/send.ts';
import { serve } from './commands/serve.ts';
import { tail } from './commands/tail.ts';
import { token } from './commands/token.ts';
import { EXIT, reportFailure, usageError } from './failure.ts';
import { formatOverview } from './help.ts';
import { readVersion } from './version.ts';

const commands: readonly Command[] = [
  serve,
  token,
  tail,
  send,
  replay,
  backup,
  restore,
  check,
  docs,
];

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
  const overview = () => formatOverview(commands.map(({ usage }) => usage));
  if (name === undefined) {
    context.stderr.write(overview());
    return EXIT.usage;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    context.stdout.write(overview());
    return EXIT.ok;
  }
  if (name === '--version' || name === '-v') {
    context.stdout.write(`${readVersion()}\n`);
    return EXIT.ok;
  }
  const command = commands.find(({ usage }) => usage.name === name);
  if (command) return command.run(rest, context);
  const known = commands.map(({ usage }) => usage.name).join(', ');
  throw usageError(`there is no command ${JSON.stringify(name)}; there are ${known}`);
}
