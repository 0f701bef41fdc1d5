import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What was seen on a wire, as it was. */
export interface Recording {
  /** Where: a file of tests, and a test in it. */
  readonly where: string;
  /** Whose documents it has to meet: `default`, or a file of its own. */
  readonly contract: string;
  /** `reply`: a message of a WebSocket or a call over HTTP. `frame`: an event of tRPC's event streams. `rest`: an
   *  answer below `/api`. `event`: an event of a stream there. `problem`: any problem details. */
  readonly form: 'reply' | 'frame' | 'rest' | 'event' | 'problem';
  /** The procedure, or the method and path. Empty: none. */
  readonly path: string;
  readonly type: string;
  readonly body: unknown;
  /** What was asked, where that is known. */
  readonly asked?: unknown;
}

const ROOT = fileURLToPath(new URL('../../.build/recorded', import.meta.url));
const VARIABLE = 'TRPC_ROOMS_RECORDED';

function dir(): string {
  const own = process.env[VARIABLE];
  if (!own) throw new Error('recorder: this is no run of tests');
  return own;
}

/** Makes a place for this run; the processes that it starts know it by the environment. */
export function openRecordings(): void {
  process.env[VARIABLE] = join(ROOT, String(process.pid));
  mkdirSync(dir(), { recursive: true });
}

/** Forgets what was recorded. */
export function clearRecordings(): void {
  rmSync(dir(), { recursive: true, force: true });
}

/** Adds what a process has seen. */
export function addRecordings(recordings: readonly Recording[]): void {
  if (recordings.length === 0) return;
  const lines = recordings.map((recording) => `${JSON.stringify(recording)}\n`);
  appendFileSync(join(dir(), `${process.pid}.ndjson`), lines.join(''));
}

/** All that was seen by the processes of this run. */
export function readRecordings(): Recording[] {
  // Every project of a run sets up and tears down: the first that does has judged them all.
  const names = existsSync(dir()) ? readdirSync(dir()) : [];
  const files = names.filter((name) => name.endsWith('.ndjson'));
  return files.flatMap((name) =>
    readFileSync(join(dir(), name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Recording),
  );
}

/** Keeps the documents of a contract that only this process has. */
export function keepDocuments(name: string, documents: Documents): void {
  writeFileSync(join(dir(), `${name}.json`), JSON.stringify(documents));
}

/** Reads them. */
export function readDocuments(name: string): Documents {
  return JSON.parse(readFileSync(join(dir(), `${name}.json`), 'utf8')) as Documents;
}

/** What is published of a contract. */
export interface Documents {
  /** The bundle of schemas, closed. */
  readonly schemas: object;
  readonly openapi: object;
}
