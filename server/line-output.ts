/** What lines go out through. */
export interface LineOutputOptions {
  /** Writes bytes without waiting, and returns how many it has taken. @throws Error; EAGAIN: not just now */
  readonly write: (bytes: Uint8Array) => number;
  /** Hears, when writing works again, how many lines were lost so far. It may write. */
  readonly onLost: (count: number) => void;
}

// What waits for a reader that has stopped. Beyond, lines are lost.
const MAX_WAITING_BYTES = 1024 * 1024;
const FIRST_RETRY_MS = 5;
const LAST_RETRY_MS = 100;
// A reader that has taken nothing for so many retries, about a second, holds up no process that could end.
const PATIENCE = 15;
const FLUSH_TRIES = 20;
const FLUSH_WAIT_MS = 10;

/** Lines in their order, to somewhere that may be full, slow or gone. A line is written at once, or waits for a
 *  reader who is behind; one that cannot be written is lost and counted. Nothing here throws, and nothing waits. */
export class LineOutput {
  readonly #options: LineOutputOptions;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** What is left of the line that is being written. */
  #rest: Buffer | undefined;
  /** Does what was written end within a line? */
  #isTorn = false;
  #timer: NodeJS.Timeout | undefined;
  #retries = 0;
  #lost = 0;
  #toldLost = 0;

  constructor(options: LineOutputOptions) {
    this.#options = options;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#timer === undefined) this.#send();
  }

  /** Waits for a reader who is behind, for 200 ms at most: the process is about to end. */
  flushSync(): void {
    const cell = new Int32Array(new SharedArrayBuffer(4));
    for (let tries = 0; this.#timer !== undefined && tries < FLUSH_TRIES; tries += 1) {
      Atomics.wait(cell, 0, 0, FLUSH_WAIT_MS);
      this.#send();
    }
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (let line = this.#next(); line !== undefined; line = this.#next()) {
      const taken = this.#put(line);
      if (taken === 'later') return this.#sendLater();
      if (taken === 'never') {
        this.#rest = undefined;
        this.#lost += 1;
        continue;
      }
      this.#retries = 0;
      this.#isTorn = taken < line.length;
      this.#rest = this.#isTorn ? line.subarray(taken) : undefined;
      this.#tellLost();
    }
  }

  #next(): Buffer | undefined {
    if (this.#rest) return this.#rest;
    const line = this.#waiting.shift();
    if (!line) return undefined;
    this.#waitingBytes -= line.length;
    // What comes behind a line that was not written to its end is a line of its own.
    this.#rest = this.#isTorn ? Buffer.concat([Buffer.from('\n'), line]) : line;
    return this.#rest;
  }

  #put(line: Buffer): number | 'later' | 'never' {
    try {
      return this.#options.write(line) || 'later';
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      return code === 'EAGAIN' || code === 'EINTR' || code === 'EBUSY' ? 'later' : 'never';
    }
  }

  #sendLater(): void {
    const ms = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#retries);
    // The line about lost lines may have met this first.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), ms);
    this.#retries += 1;
    if (this.#retries > PATIENCE) this.#timer.unref();
  }

  /** Not before all that waited is out: what was lost came behind it. */
  #tellLost(): void {
    const isBehind = this.#rest !== undefined || this.#waiting.length > 0;
    if (isBehind || this.#lost === this.#toldLost) return;
    this.#toldLost = this.#lost;
    this.#options.onLost(this.#lost);
  }
}
