import {
  createLogger,
  createServer,
  readConfig,
  type Config,
  type Logger,
  type Server,
} from '../../server/index.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../failure.ts';
import { untilAborted } from '../interrupt.ts';
import { within } from '../within.ts';

// A restart may take 5 s, and with clients that move 30 s; a close that takes longer has failed.
const CLOSE_MS = 4_500;
const CLOSE_WITH_DRAIN_MS = 29_500;

/** `trpc-rooms serve`: the ready server. */
export const serve = defineCommand(
  {
    name: 'serve',
    summary: 'Start the server. Logs go to standard output, one JSON object a line.',
    args: [],
    options: {
      port: {
        value: 'PORT',
        says: 'where to listen; 0 takes any free port (default: 3000; env: PORT)',
      },
      host: { value: 'HOST', says: 'the address to listen on (default: 127.0.0.1; env: HOST)' },
      'data-dir': { value: 'DIR', says: 'where the log is kept (default: ./data; env: DATA_DIR)' },
      'log-level': {
        value: 'LEVEL',
        says: 'fatal, error, warn, info, debug, trace or silent (default: info; env: LOG_LEVEL)',
      },
      json: { says: 'print errors of starting as JSON' },
    },
    examples: [
      'trpc-rooms serve',
      'AUTH_SECRET=$(openssl rand -hex 32) trpc-rooms serve --host 0.0.0.0 --port 8080',
    ],
  },
  async ({ values }, { env, signal }) => {
    const config = readConfig({
      ...env,
      ...given('PORT', values.port),
      ...given('HOST', values.host),
      ...given('DATA_DIR', values['data-dir']),
      ...given('LOG_LEVEL', values['log-level']),
    });
    const logger = createLogger(config.logLevel);
    exitOnFaults(logger);
    const server = await createServer(config, { logger });
    announce(config, server, logger);
    await untilAborted(signal);
    return closeServer(config, { server, logger, reason: String(signal.reason) });
  },
);

function given(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}

function announce({ auth, dataDir }: Config, { url }: Server, logger: Logger): void {
  if (auth.mode === 'development') {
    const warning =
      'DEVELOPMENT MODE: anybody may enter as anybody, from this machine only; ' +
      'set AUTH_SECRET or JWKS_URL before others use it';
    logger.warn({ dataDir }, warning);
  }
  logger.info({ url, mode: auth.mode }, 'listening');
}

async function closeServer(
  { drainMs = 0 }: Config,
  { server, logger, reason }: { server: Server; logger: Logger; reason: string },
): Promise<number> {
  logger.info({ signal: reason }, 'closing');
  // Whoever presses Ctrl-C waits for it.
  const isDraining = drainMs > 0 && reason !== 'SIGINT';
  const closing = isDraining ? server.close() : server.close({ drainMs: 0 });
  const ms = isDraining ? CLOSE_WITH_DRAIN_MS : CLOSE_MS;
  const closed = await within(closing, ms);
  if (closed.state !== 'done') {
    logger.error(`not closed within ${ms} ms; what was acknowledged is kept`);
    process.exit(EXIT.failed);
  }
  logger.info('closed');
  // Not by `process.exit`: what is being logged just now would be lost, or come after what is logged last.
  return EXIT.ok;
}

/** A broken invariant: nobody knows what state the process is in, so another one shall take over. */
function exitOnFaults(logger: Logger): void {
  const exit = (what: string) => (error: unknown) => {
    logger.fatal({ err: error }, what);
    process.exit(EXIT.failed);
  };
  process.on('uncaughtException', exit('uncaught exception'));
  process.on('unhandledRejection', exit('unhandled rejection'));
}
