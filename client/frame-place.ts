import type { FrameOf, RoomKind } from '../shared/index.ts';

/** A frame with which a stream begins, or begins anew. */
export type Beginning<K extends RoomKind> = Extract<FrameOf<K>, { type: 'ready' | 'gap' }>;

/** What a stream says that it has missed, where it begins. */
export function gapOf<K extends RoomKind>(frame: Beginning<K>) {
  return frame.type === 'gap' ? frame : frame.gap;
}

/** Does a stream begin where no known state leads up to? Where gaps are the app's, it goes on over them. */
export function beginsAnew<K extends RoomKind>(frame: Beginning<K>, reloads: boolean): boolean {
  if (gapOf(frame)) return reloads;
  return frame.type === 'ready' && frame.start === 'fresh';
}

/** Where a stream begins: the next durable event is the one after it. */
export function positionOf<K extends RoomKind>(frame: Beginning<K>): string {
  return frame.type === 'gap' ? frame.to : frame.position;
}

/** How far the stream has come with a frame, where it says so. */
export function shownBy<K extends RoomKind>(frame: FrameOf<K>): string | undefined {
  if (frame.type === 'event') return frame.event.position;
  if (frame.type === 'ready' || frame.type === 'gap') return positionOf(frame);
  return frame.type === 'erased' ? frame.position : undefined;
}
