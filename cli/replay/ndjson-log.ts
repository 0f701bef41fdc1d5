import { z } from 'zod';
import { LogLineError, skip, type ChatLog, type LogLine, type Skipped } from './chat-log.ts';

const at = z.union(
  [z.number(), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))],
  {
    error: 'must be an ISO date with a zone, or milliseconds',
  },
);
const by = z.string({ error: 'must name who it is' }).min(1);
const text = z.string({ error: 'must be the text' });
const head = { at: at.optional(), by };

const entry = z.discriminatedUnion(
  'type',
  [
    z.object({ ...head, type: z.enum(['message', 'action']), text }),
    z.object({ ...head, type: z.enum(['join', 'leave']) }),
    z.object({
      ...head,
      type: z.literal('nick'),
      to: z.string({ error: 'must be the new nick' }).min(1),
    }),
  ],
  {
    error: ({ code }) =>
      code === 'invalid_union'
        ? 'must be message, action, join, leave or nick'
        : 'is not a JSON object',
  },
);

/** Reads NDJSON: one `{ at?, type?, by, text?, to? }` per line, `type` being `message` where there is
 *  none. Other keys are ignored, blank lines skipped. @throws LogLineError at the first wrong line */
export function parseNdjsonLog(lines: readonly string[]): ChatLog {
  const skipped: Skipped = {};
  const played: LogLine[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') skip(skipped, 'blank');
    else played.push(readEntry(line, index + 1));
  }
  return { format: 'ndjson', lines: played, skipped };
}

function readEntry(line: string, number: number): LogLine {
  const parsed = entry.safeParse(withType(parseJson(line, number)));
  if (parsed.success) {
    const { at: atMs, ...act } = parsed.data;
    return { number, atMs, ...act };
  }
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'the line';
  throw new LogLineError(number, `${where} ${issue?.message ?? 'is not valid'}`);
}

function parseJson(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new LogLineError(number, 'is not JSON');
  }
}

function withType(value: unknown): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? { type: 'message', ...value } : value;
}
