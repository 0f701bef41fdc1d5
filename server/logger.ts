import { pino, type DestinationStream, type Logger } from 'pino';
import { LineOutput } from './line-output.ts';
import { standardOutput } from './standard-output.ts';

export type { Logger } from 'pino';

// A JWT wherever it stands (a URL, an error's message), and any field of these names at any depth.
const TOKEN = /eyJ[\w-]{8,1000}\.[\w-]+\.[\w-]*/g;
const SECRET_FIELD = /"(token|authorization|secret)":"(?:[^"\\]|\\.)*"/gi;
// JSON leaves these as they are, and terminals and viewers obey them.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u007F-\u009F\u2028\u2029]/g;

/** JSON lines on standard output, tokens and secrets blacked out. A line that cannot be written is lost, and
 *  how many were is said when it works again. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    hooks: { streamWrite: clean },
  };
  const logger: Logger = pino(options, destination ?? outputOf((lost) => sayLost(logger, lost)));
  return logger;
}

function outputOf(onLost: (count: number) => void): DestinationStream {
  return new LineOutput({ write: standardOutput(), onLost });
}

function sayLost(logger: Logger, lost: number): void {
  logger.warn({ lost }, 'lines of this log could not be written; `lost` of them since the start');
}

function clean(line: string): string {
  return line
    .replace(SECRET_FIELD, '"$1":"[redacted]"')
    .replace(TOKEN, '[redacted]')
    .replace(CONTROL, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
