import { StartError } from '../start-error.ts';

/** Where a URL points to, without user and password. */
export function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || '6379'}`;
}

/** What keeps Redis from being used at start, in words for the operator. */
export function startFailure(url: string, error: unknown): StartError {
  const words = wordsOf(error);
  const address = addressOf(url);
  if (/WRONGPASS|NOAUTH|invalid password|invalid username-password/i.test(words)) {
    const message = `Redis at ${address} does not take the user or password of REDIS_URL`;
    return new StartError(message, { advice: 'Correct them in REDIS_URL.', cause: error });
  }
  if (/NOPERM/.test(words)) {
    const message = `Redis at ${address} does not permit what rooms need: ${words}`;
    const advice =
      'Give the user of REDIS_URL the keys trpc-rooms:* and the commands named in the README.';
    return new StartError(message, { advice, cause: error });
  }
  const message = `Redis at ${address} cannot be used: ${words}`;
  const advice = 'Check REDIS_URL, and that Redis runs and can be reached from here.';
  return new StartError(message, { advice, cause: error });
}

function wordsOf(error: unknown): string {
  // Node reports one failure for each address that a name has.
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
}
