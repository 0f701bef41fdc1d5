import { writeSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** Ends the output of a run with `N passed, M failed`, alone on the very last line. */
export default class CountReporter implements Reporter {
  readonly #counts = { passed: 0, failed: 0, skipped: 0 };

  onInit(): void {
    // At exit, or what vitest says while it closes would come after it.
    process.once('exit', (code) => writeSync(1, `${this.#line(code)}\n`));
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    // In watch mode every run counts anew.
    Object.assign(this.#counts, { passed: 0, failed: unhandledErrors.length, skipped: 0 });
    for (const module of modules) this.#add(module);
  }

  #add(module: TestModule): void {
    const before = this.#counts.failed;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      // A test that has not ended when the run has is none that passed.
      this.#counts[state === 'pending' ? 'failed' : state] += 1;
    }
    // A file that cannot be loaded, or whose hooks fail, has no failed test to show for it.
    if (!module.ok() && this.#counts.failed === before) this.#counts.failed += 1;
  }

  #line(code: number): string {
    const { passed, skipped } = this.#counts;
    // What fails after all tests has no test either: what the recorder has seen is judged then.
    const isFailure = code !== 0 && passed > 0;
    const failed = Math.max(isFailure ? 1 : 0, this.#counts.failed);
    return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  }
}
