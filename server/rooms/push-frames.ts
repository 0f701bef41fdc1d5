import type { PushControl, PushItem, PushSink } from '../push.ts';

/** What a stream does when it has no frame at hand: read on, wait to be woken, or nothing any more. */
export type Progress = 'reading' | 'waiting' | 'ended';

/** A stream of frames, taken one by one. */
export interface FrameSource {
  /** The next frame, if one is at hand. */
  take(): PushItem | undefined;
  progress(): Progress;
  /** Reads on. */
  more(): Promise<void>;
  end(): void;
  /** Why it has ended, where that is an error. Given once. */
  takeFailure(): unknown;
  /** Calls `wake` whenever a frame has come or the stream has ended. */
  onWake(wake: () => void): void;
}

/** A push path, seen from its stream. */
export interface FramePush extends PushControl {
  /** Pushes a frame that nothing waits in front of. False: it cannot be taken now, let it wait. */
  offer(frame: PushItem): boolean;
}

/** Pushes a stream into a sink: until the sink is full, and again from its `resume` on. */
export function pushFrames(source: FrameSource, sink: PushSink): FramePush {
  let isFull = false;
  let isReading = false;

  const pump = () => {
    if (isFull || isReading) return;
    for (let frame = source.take(); frame; frame = source.take()) {
      isFull = !sink.push(frame);
      if (isFull) return;
    }
    const progress = source.progress();
    if (progress === 'ended') sink.end(source.takeFailure());
    else if (progress === 'reading') read();
  };

  const read = () => {
    isReading = true;
    source.more().then(
      () => {
        isReading = false;
        pump();
      },
      (error: unknown) => {
        source.end();
        sink.end(error);
      },
    );
  };

  source.onWake(pump);
  pump();
  return {
    offer: (frame) => {
      if (isFull || isReading) return false;
      isFull = !sink.push(frame);
      return true;
    },
    resume: () => {
      isFull = false;
      pump();
    },
    stop: () => source.end(),
  };
}
