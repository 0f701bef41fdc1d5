import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

// Wherever a token may stand in what is logged.
const SECRETS = [
  'token',
  'authorization',
  'secret',
  '*.token',
  '*.authorization',
  '*.secret',
  'req.headers.authorization',
  'info.connectionParams.token',
  'connectionParams.token',
];

/** JSON lines on standard output, tokens and secrets blacked out. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRETS, censor: '[redacted]' },
  };
  return destination ? pino(options, destination) : pino(options);
}
