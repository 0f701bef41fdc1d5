import { onTestFinished, vi } from 'vitest';

/** What the app's own callbacks throw until the test ends: it would be an uncaught error of the run. */
export function surfaced(): readonly unknown[] {
  const errors: unknown[] = [];
  const queue = globalThis.queueMicrotask;
  const spy = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((run) => {
    queue(() => {
      try {
        run();
      } catch (error) {
        errors.push(error);
      }
    });
  });
  onTestFinished(() => spy.mockRestore());
  return errors;
}
