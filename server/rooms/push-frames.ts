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
  let isBroken = false;

  // The caller may be the room or another reader's flush: what one sink cannot take is its own end.
  const give = (frame: PushItem) => {
    try {
      isFull = !sink.push(frame);
    } catch (error) {
      fail(error);
    }
  };
  const fail = (error: unknown) => {
    isBroken = true;
    source.end();
    sink.end(error);
  };

  const pump = () => {
    if (isFull || isReading || isBroken) return;
    for (let frame = source.take(); frame; frame = source.take()) {
      give(frame);
      if (isFull || isBroken) return;
    }
    const progress = source.progress();
    if (progress === 'ended') sink.end(source.takeFailure());
    else if (progress === 'reading') read();
  };

  const read = () => {
    isReading = true;
    source.more().then(() => {
      isReading = false;
      pump();
    }, fail);
  };

  source.onWake(pump);
  pump();
  return {
    offer: (frame) => {
      if (isFull || isReading) return false;
      give(frame);
      return true;
    },
    resume: () => {
      isFull = false;
      pump();
    },
    stop: () => source.end(),
  };
}
