import { readFile } from 'node:fs/promises';
import { chat, displayName } from '../../shared/index.ts';
import { CliError } from '../failure.ts';
import { printable } from '../printable.ts';
import { LogLineError, skip, type ChatLog, type LogLine, type SkipReason } from './chat-log.ts';
import { parseIrcLog, readIrcLine } from './irc-log.ts';
import { parseNdjsonLog } from './ndjson-log.ts';

const FORMS =
  'Give an IRC log (`[12:05] <ada> hello`) or NDJSON (`{"by":"ada","text":"hello"}`), in UTF-8.';
// So many lines tell what a file is.
const SAMPLE = 20;

/** Reads a chat log from a file. @throws CliError that names the file and the line */
export async function readLog(path: string): Promise<ChatLog> {
  const text = await readText(path);
  try {
    return parseLog(text);
  } catch (error) {
    if (!(error instanceof LogLineError)) throw error;
    const where = `${path}, line ${error.line}`;
    throw new CliError(`${where}: ${error.message}`, {
      advice: FORMS,
      code: 'BAD_LOG',
      cause: error,
    });
  }
}

/** Reads a chat log, its format told by its first lines. Lines that no room would take are counted
 *  and left out. @throws LogLineError */
export function parseLog(text: string): ChatLog {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const filled = lines.flatMap((line, index) => (line.trim() === '' ? [] : [{ line, index }]));
  const [first] = filled;
  if (!first) throw new LogLineError(1, 'the file is empty');
  const log = first.line.trimStart().startsWith('{')
    ? parseNdjsonLog(lines)
    : parseIrc(lines, filled);
  const fitting = keepFitting(log);
  if (!fitting.lines.some(({ type }) => type === 'message' || type === 'action')) {
    throw new LogLineError(lines.length, 'the file ends without a single message');
  }
  return fitting;
}

function parseIrc(
  lines: readonly string[],
  filled: readonly { line: string; index: number }[],
): ChatLog {
  const sample = filled.slice(0, SAMPLE);
  const strange = sample.filter(({ line }) => readIrcLine(line) === 'not understood');
  const [first] = strange;
  if (first && strange.length * 2 > sample.length) {
    const shown = printable(first.line.slice(0, 60));
    throw new LogLineError(
      first.index + 1,
      `neither IRC text nor NDJSON: ${JSON.stringify(shown)}`,
    );
  }
  return parseIrcLog(lines);
}

/** What the room's contract and the rule for names would refuse is not sent. */
function keepFitting(log: ChatLog): ChatLog {
  const skipped = { ...log.skipped };
  const lines = log.lines.flatMap((line) => {
    const fitting = fit(line);
    if (typeof fitting === 'object') return [fitting];
    skip(skipped, fitting);
    return [];
  });
  return { ...log, lines, skipped };
}

function fit(line: LogLine): LogLine | SkipReason {
  const by = displayName.safeParse(line.by);
  if (!by.success) return 'unusable name';
  if (line.type === 'message' || line.type === 'action') {
    const text = line.text.trim();
    if (text === '') return 'empty text';
    // What is sent, and how the server trims it.
    const sent = line.type === 'action' ? `/me ${text}` : text;
    const isTaken = chat.events.message.data.safeParse({ text: sent }).success;
    return isTaken ? { ...line, by: by.data, text: sent } : 'text too long';
  }
  if (line.type !== 'nick') return { ...line, by: by.data };
  const to = displayName.safeParse(line.to);
  return to.success ? { ...line, by: by.data, to: to.data } : 'unusable name';
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such file' : error.message;
    const advice = 'Give the path of a file that you may read.';
    throw new CliError(`cannot read ${path}: ${why}`, { advice, code: 'BAD_LOG', cause: error });
  });
  const zero = bytes.indexOf(0);
  if (zero === -1) return bytes.toString('utf8');
  const line = bytes.subarray(0, zero).toString('latin1').split('\n').length;
  throw new CliError(`${path}, line ${line}: the file is no text`, {
    advice: FORMS,
    code: 'BAD_LOG',
  });
}
