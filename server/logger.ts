import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

// A JWT wherever it stands (a URL, an error's message), and any field of these names at any depth.
const TOKEN = /eyJ[\w-]{8,1000}\.[\w-]+\.[\w-]*/g;
const SECRET_FIELD = /"(token|authorization|secret)":"(?:[^"\\]|\\.)*"/gi;
// JSON leaves these as they are, and terminals and viewers obey them.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u007F-\u009F\u2028\u2029]/g;

/** JSON lines on standard output, tokens and secrets blacked out. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    hooks: { streamWrite: clean },
  };
  return destination ? pino(options, destination) : pino(options);
}

function clean(line: string): string {
  return line
    .replace(SECRET_FIELD, '"$1":"[redacted]"')
    .replace(TOKEN, '[redacted]')
    .replace(CONTROL, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
