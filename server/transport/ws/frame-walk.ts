/** What a chunk left behind. `whole`: nothing is begun. `begun`: something was begun in this chunk and is
 *  not complete. `same`: what had been begun before it still is not. `broken`: these are no frames. */
export type WalkState = 'whole' | 'begun' | 'same' | 'broken';

const CONTINUATION = 0x0;
const FIRST_CONTROL = 0x8;
const MASK_BYTES = 4;

/** Follows the frames of a client (RFC 6455, 5.2) by their headers alone, however they are cut into chunks:
 *  knows whether a message was begun and is not complete. Pings inside of a message begin nothing. */
export class FrameWalk {
  #next: 'start' | 'length' | 'long length' | 'payload' = 'start';
  #isFinal = true;
  #isControl = false;
  /** Between the first fragment of a message and the last. */
  #isFragmented = false;
  #lengthBytes = 0;
  #length = 0;

  /** Goes over the next bytes. After `broken` nothing that it says means anything. */
  take(chunk: Uint8Array): WalkState {
    let isNew = false;
    let at = 0;
    while (at < chunk.length) {
      if (this.isWhole) isNew = true;
      if (this.#next === 'payload') {
        const step = Math.min(this.#length, chunk.length - at);
        at += step;
        this.#length -= step;
        if (this.#length === 0) this.#end();
      } else {
        if (!this.#header(chunk[at] ?? 0)) return 'broken';
        at += 1;
      }
    }
    if (this.isWhole) return 'whole';
    return isNew ? 'begun' : 'same';
  }

  /** Is nothing begun? */
  get isWhole(): boolean {
    return this.#next === 'start' && !this.#isFragmented;
  }

  /** One byte of a header. False: no frame begins like that, which ws has noticed as well. */
  #header(byte: number): boolean {
    if (this.#next === 'start') return this.#first(byte);
    if (this.#next === 'length') return this.#second(byte);
    this.#length = this.#length * 256 + byte;
    this.#lengthBytes -= 1;
    if (this.#lengthBytes === 0) this.#payload(this.#length);
    return true;
  }

  #first(byte: number): boolean {
    const opcode = byte & 0x0f;
    this.#isFinal = (byte & 0x80) !== 0;
    this.#isControl = opcode >= FIRST_CONTROL;
    this.#next = 'length';
    if (this.#isControl) return this.#isFinal && opcode <= 0xa;
    return opcode === CONTINUATION ? this.#isFragmented : opcode <= 2 && !this.#isFragmented;
  }

  #second(byte: number): boolean {
    const length = byte & 0x7f;
    if (length < 126) this.#payload(length);
    else {
      this.#next = 'long length';
      this.#lengthBytes = length === 126 ? 2 : 8;
      this.#length = 0;
    }
    const isMasked = (byte & 0x80) !== 0;
    return isMasked && !(this.#isControl && length > 125);
  }

  #payload(length: number): void {
    this.#next = 'payload';
    this.#length = MASK_BYTES + length;
  }

  #end(): void {
    this.#next = 'start';
    if (!this.#isControl) this.#isFragmented = !this.#isFinal;
  }
}
