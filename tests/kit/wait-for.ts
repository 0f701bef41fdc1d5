import { vi } from 'vitest';

/** Tries again and again until `attempt` does not throw, and gives what it gave. What is waited for comes when the
 *  machine gets to it: vitest's own second is too short where others use it, too. */
export function waitFor<T>(attempt: () => T | Promise<T>, timeoutMs = 10_000): Promise<T> {
  return vi.waitFor(attempt, { timeout: timeoutMs });
}
