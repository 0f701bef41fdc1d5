import { clientLimits } from './client-limits.ts';

/** What is wrong with a `sessionId`, for people. */
export const SESSION_ID_FORM = `sessionId must be 1 to ${clientLimits.sessionIdLength} printable ASCII characters`;

const FORM = /^[\x21-\x7e]+$/;

/** May a client call itself that? */
export function isSessionId(id: string): boolean {
  return id.length <= clientLimits.sessionIdLength && FORM.test(id);
}
