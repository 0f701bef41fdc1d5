import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { Command, Context } from '../command.ts';
import { defineCommand } from '../command.ts';
import { connectionOptions } from '../connect.ts';
import { CliError, EXIT, usageError } from '../failure.ts';
import { probe } from '../guest.ts';
import { parseAboveZero, parseCount } from '../numbers.ts';
import type { Values } from '../options.ts';
import type { ChatLog } from '../replay/chat-log.ts';
import { guestPasses, signedPasses, type Passes } from '../replay/passes.ts';
import { createProgress } from '../replay/progress.ts';
import { readLog } from '../replay/read-log.ts';
import { runReplay } from '../replay/run.ts';
import { describeVerdict, formatSummary, type Summary } from '../replay/summary.ts';
import { checkRoom } from '../room-argument.ts';
import { parseServerUrl, type ServerUrl } from '../server-url.ts';
import { createSigning, secretOption } from '../signing.ts';

const options = {
  ...connectionOptions,
  token: {
    value: 'TOKEN',
    env: 'TRPC_ROOMS_TOKEN',
    says: 'the token of the watchers; speakers are guests, or users signed with --secret',
  },
  ...secretOption,
  room: { value: 'ROOM', says: 'where to play it (default: a new room, replay- and a random end)' },
  speed: { value: 'N', default: 'max', says: 'N times real time, or max: as fast as acks come' },
  watchers: {
    value: 'N',
    default: '3',
    says: 'connections that follow the room and are compared with the log',
  },
  limit: { value: 'N', says: 'play the first N lines only (default: all)' },
  patience: {
    value: 'SECONDS',
    default: '30',
    says: 'how long to try again while the server is away',
  },
  'max-connections': {
    value: 'N',
    default: '500',
    says: 'most people connected at once; beyond it who joins in silence is only counted',
  },
} as const;

/** `trpc-rooms replay`: plays a chat log with real connections and judges what came of it. */
export const replay: Command = defineCommand(
  {
    name: 'replay',
    summary:
      'Play a chat log, each of its people on a connection of his own, and check that every watcher ' +
      'saw exactly what the log holds. Exit code 1 with the first difference otherwise.',
    args: [
      {
        name: 'FILE',
        says: 'IRC text or NDJSON { at?, type?, by, text?, to? }, told apart by content',
      },
    ],
    options,
    examples: [
      'trpc-rooms replay channel.log --watchers 50',
      'trpc-rooms replay channel.log --speed 60 --room general',
    ],
  },
  async ({ values, args: [file = ''] }, context) => {
    const settings = readSettings(values);
    const log = cut(await readLog(file), settings.limit);
    checkTimes(log, settings.speed, file);
    const server = parseServerUrl(values.url);
    await probe(server);
    const summary = {
      ...(await run(server, log, settings, values, context)),
      file: basename(file),
    };
    return conclude(summary, values.json, context);
  },
);

function readSettings(values: Values<typeof options>) {
  const room = values.room ?? `replay-${randomBytes(6).toString('hex')}`;
  checkRoom(room, 'replay');
  return {
    room,
    isAlone: values.room === undefined,
    speed:
      values.speed === 'max' ? Number.POSITIVE_INFINITY : parseAboveZero('speed', values.speed),
    watchers: parseCount('watchers', values.watchers, { min: 0, max: 10_000 }),
    limit: values.limit === undefined ? undefined : parseCount('limit', values.limit, { min: 1 }),
    patienceMs: parseAboveZero('patience', values.patience) * 1000,
    maxConnections: parseCount('max-connections', values['max-connections'], {
      min: 1,
      max: 50_000,
    }),
  };
}

type Settings = ReturnType<typeof readSettings>;

async function run(
  server: ServerUrl,
  log: ChatLog,
  { room, patienceMs, ...settings }: Settings,
  values: Values<typeof options>,
  { stdout, stderr, signal, env }: Context,
): Promise<Omit<Summary, 'file'>> {
  const { token, secret, json } = values;
  const passes =
    secret === undefined ? guestPasses(server) : signedPasses(createSigning(secret, env), Date.now);
  const progress = createProgress({ total: log.lines.length, json, stdout, stderr });
  try {
    return await runReplay({
      ...settings,
      log,
      venue: { url: server.trpc, room, joinMs: patienceMs },
      passes,
      watcherPasses: token === undefined ? passes : samePass(token),
      patience: { patienceMs, signal },
      progress,
    });
  } finally {
    progress.close();
  }
}

/** One token for everybody; who it names is the server's to know. */
function samePass(token: string): Passes {
  return { issue: async (name) => ({ token, user: { id: name, name } }) };
}

function cut(log: ChatLog, limit: number | undefined): ChatLog {
  return limit === undefined ? log : { ...log, lines: log.lines.slice(0, limit) };
}

function checkTimes(log: ChatLog, speed: number, file: string): void {
  if (!Number.isFinite(speed) || log.lines.some(({ atMs }) => atMs !== undefined)) return;
  throw usageError(`${file} has no times, so it can only be played with --speed max`, 'replay');
}

function conclude(summary: Summary, json: boolean, { stdout }: Context): number {
  stdout.write(
    json ? `${JSON.stringify({ type: 'summary', ...summary })}\n` : formatSummary(summary),
  );
  if (summary.verdict.state === 'clean') return EXIT.ok;
  throw new CliError(`the replay is not clean: ${describeVerdict(summary.verdict)}`, {
    code: 'NOT_CLEAN',
    advice: `Room ${summary.room} holds the evidence; please report this with the file.`,
  });
}
