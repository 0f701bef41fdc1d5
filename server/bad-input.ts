import type { ZodError, ZodType } from 'zod';
import { RoomError, type InputIssue } from '../shared/index.ts';

const MAX_ISSUES = 10;

/** What a schema says of an input, field by field. */
export function issuesOf(error: ZodError): readonly InputIssue[] {
  return error.issues.slice(0, MAX_ISSUES).map(({ path, message }) => ({
    path: path.join('.').slice(0, 200),
    message: message.slice(0, 200),
  }));
}

/** The same in one line. */
export function sentenceOf(issues: readonly InputIssue[]): string {
  return issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
}

/** How what the server's own code hands over is refused. */
export function badInput(error: ZodError): RoomError {
  const issues = issuesOf(error);
  return new RoomError('BAD_INPUT', sentenceOf(issues), { cause: error, issues });
}

/** What the server's own code hands over, as a schema reads it. @throws RoomError BAD_INPUT */
export function demand<T>(schema: ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw badInput(parsed.error);
}
