import { observable, type Observable } from '@trpc/server/observable';
import type { Frame, RoomEvent } from '../../shared/index.ts';
import type { Room } from './room.ts';

/** What a room carries from when it is open, as a tRPC observable. `open` opens it, and hands it over while it is.
 *  `onError` hears what an observer throws: those behind it get their frames all the same. */
export function observeRoom(
  open: (use: (room: Room) => void) => Promise<void>,
  onError: (error: unknown) => void,
): Observable<Frame<RoomEvent>, unknown> {
  return observable((observer) => {
    let isOver = false;
    let stop = () => {};
    const show = (frame: Frame<RoomEvent>) => {
      try {
        observer.next(frame);
      } catch (error) {
        onError(error);
      }
    };
    const follow = async () => {
      await open((room) => {
        if (isOver) return;
        const live = room.live.subscribe({ next: ({ data }) => show(data) });
        stop = () => live.unsubscribe();
      });
    };
    follow().catch((error: unknown) => {
      if (!isOver) observer.error(error);
    });
    return () => {
      isOver = true;
      stop();
    };
  });
}
