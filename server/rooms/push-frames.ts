import type { PushControl, PushItem, PushSink } from '../push.ts';

/** What a stream does when it has no frame at hand: read on, wait, or nothing any more. */
export type Progress = 'reading' | 'waiting' | 'ended';

/** A stream of frames, taken one by one. */
export interface FrameSource {
  /** The next frame, if one is at hand. */
  take(): PushItem | undefined;
  progress(): Progress;
  /** Reads on. */
  more(): Promise<void>;
  /** Ends it. Safe to call twice. */
  end(): void;
  /** Why it has ended, where that is an error. Given once. */
  takeFailure(): unknown;
}

/** Pushes a stream into a sink: until the sink is full, and again from its `resume` on. */
export class FramePush implements PushControl {
  #isFull = false;
  #isReading = false;
  readonly #sink: PushSink;
  readonly #source: FrameSource;
  #isBroken = false;
  #isStopped = false;

  constructor(source: FrameSource, sink: PushSink) {
    this.#source = source;
    this.#sink = sink;
  }

  /** Has the sink taken all that it can take for now? */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Where frames may go without asking here, one after the other, until it is full. Undefined: nowhere now. */
  get openSink(): PushSink | undefined {
    return this.#isFull || this.#isReading || this.#isBroken ? undefined : this.#sink;
  }

  /** The sink has taken all that it can take for now, from somebody else. */
  fill(): void {
    this.#isFull = true;
  }

  /** Pushes what is at hand. To be called first, and whenever a frame has come or the stream has
   *  ended. */
  pump(): void {
    if (this.#isReading || this.#isBroken || !this.#hasRoom()) return;
    for (let frame = this.#source.take(); frame; frame = this.#source.take()) {
      this.#give(frame);
      if (this.#isFull || this.#isBroken) return;
    }
    const progress = this.#source.progress();
    if (progress === 'ended') this.#sink.end(this.#source.takeFailure());
    else if (progress === 'reading') this.#read();
  }

  /** Pushes a frame that nothing waits in front of. False: it cannot be taken now, let it wait. */
  offer(frame: PushItem): boolean {
    if (this.#isReading || !this.#hasRoom()) return false;
    this.#give(frame);
    return true;
  }

  resume(): void {
    this.#isFull = false;
    this.pump();
  }

  stop(): void {
    this.#isStopped = true;
    this.#source.end();
  }

  /** Other streams may have filled the reader since. */
  #hasRoom(): boolean {
    this.#isFull ||= !this.#sink.hasRoom();
    return !this.#isFull;
  }

  // The caller may be the room or another reader's flush: what one sink cannot take is its own end.
  #give(frame: PushItem): void {
    // A stream that had ended before may have something left to say.
    if (this.#isStopped) return;
    try {
      this.#isFull = !this.#sink.push(frame);
    } catch (error) {
      this.fail(error);
    }
  }

  /** The sink, or the stream, has thrown: both end. */
  fail(error: unknown): void {
    this.#isBroken = true;
    this.#source.end();
    this.#sink.end(error);
  }

  #read(): void {
    this.#isReading = true;
    this.#source.more().then(
      () => {
        this.#isReading = false;
        this.pump();
      },
      (error: unknown) => this.fail(error),
    );
  }
}
