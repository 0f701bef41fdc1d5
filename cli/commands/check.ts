import { roomcheck } from '../../check/index.ts';
import { defineCommand } from '../command.ts';
import { CliError, EXIT, usageError } from '../failure.ts';
import { parseAboveZero, parseCount } from '../numbers.ts';
import { parseServerUrl } from '../server-url.ts';

const MINUTES = '1';
const PLANS = 500;

/** `trpc-rooms check`: do rooms keep their promises while things go wrong? */
export const check = defineCommand(
  {
    name: 'check',
    summary:
      'Check that no message is lost, repeated or reordered while networks, disks and processes fail.',
    args: [],
    options: {
      minutes: {
        value: 'N',
        default: MINUTES,
        says: 'how long real clients, sockets and a server are made to fail; 0 leaves that out',
      },
      nodes: {
        value: 'N',
        default: '1',
        says: 'how many servers share a Redis, all of which is made to fail; needs redis-server',
      },
      plans: {
        value: 'N',
        says: `how many seeded plans are run in a simulated world (default: ${PLANS}, with --url 0)`,
      },
      clients: {
        value: 'N',
        says: 'how many real clients write and read, in half as many rooms (default: 6 in 3 rooms, with --nodes 6 for each in 6)',
      },
      seed: { value: 'SEED', says: 'what chance is decided by (default: the time)' },
      url: {
        value: 'URL',
        says: 'a server of yours to check: only its network is made to fail, and it keeps what is written',
      },
      token: {
        value: 'TOKEN',
        env: 'TRPC_ROOMS_TOKEN',
        says: 'with --url: who to be; a JWT that is valid for the whole check',
      },
      json: { says: 'print the result as one line of JSON, errors included' },
    },
    examples: [
      'trpc-rooms check --minutes 10',
      'trpc-rooms check --nodes 3 --plans 0 --minutes 10',
      'trpc-rooms check --plans 100000 --minutes 0 --seed nightly',
      'trpc-rooms check --url ws://127.0.0.1:3000 --token "$(trpc-rooms token --sub checker)"',
    ],
  },
  async ({ values }, { stdout, stderr, signal }) => {
    const minutes = values.minutes === '0' ? 0 : parseAboveZero('minutes', values.minutes);
    const server = serverOf(values.url, values.token);
    const clients =
      values.clients === undefined ? undefined : parseCount('clients', values.clients, { min: 1 });
    const nodes = parseCount('nodes', values.nodes, { min: 1 });
    if (server && nodes > 1) throw usageError('--nodes starts servers, --url has one', 'check');
    const plans =
      values.plans === undefined ? plansFor(server) : parseCount('plans', values.plans, { min: 0 });
    if (minutes === 0 && plans === 0) {
      throw usageError(
        'nothing would be checked: of --minutes and --plans one is above 0',
        'check',
      );
    }
    const report = await roomcheck({
      seconds: minutes * 60,
      plans,
      ...(clients === undefined ? {} : { clients, rooms: Math.ceil(clients / 2) }),
      ...(values.seed === undefined ? {} : { seed: values.seed }),
      ...(server ? { server } : {}),
      nodes,
      signal,
      onProgress: (line) => {
        if (stderr.isTTY) stderr.write(`${line}\n`);
      },
    });
    const { text, ...rest } = report;
    stdout.write(values.json ? `${JSON.stringify(rest)}\n` : text);
    return report.isClean ? EXIT.ok : EXIT.failed;
  },
);

/** A server of somebody else is in no simulated world. */
function plansFor(server: unknown): number {
  return server === undefined ? PLANS : 0;
}

function serverOf(url: string | undefined, token: string | undefined) {
  if (url === undefined) return undefined;
  const { trpc } = parseServerUrl(url);
  if (token === undefined) throw usageError('--url needs --token: somebody has to write', 'check');
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) {
    throw new CliError('the token is no JWT', {
      advice: 'Make one with `trpc-rooms token`, or with what signs tokens for that server.',
      code: 'USAGE',
      exitCode: EXIT.usage,
    });
  }
  return { url: trpc, token };
}
