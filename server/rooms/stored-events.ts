import { observable, type Observable } from '@trpc/server/observable';
import type { RoomEvent } from '../../shared/index.ts';
import type { RoomLog } from '../log/room-log.ts';
import { roomEvent } from './tracked-frame.ts';

/** What this node stores, for code of the server that acts on it (SRV2). */
export interface StoredEvents {
  /** Every durable event of all rooms of a kind, from now on. */
  observe(kind: string): Observable<{ room: string; event: RoomEvent }, never>;
  /** Completes all that is observed, and will be. */
  close(): void;
}

/** Makes them of what a log appends. `onError` hears what an observer throws: the publish, and whoever else
 *  observes, go on all the same. */
export function createStoredEvents({
  log,
  onError,
}: {
  log: Pick<RoomLog, 'witness'>;
  onError: (error: unknown) => void;
}): StoredEvents {
  const ends = new Set<() => void>();
  let isClosed = false;
  const shield = (call: () => void) => {
    try {
      call();
    } catch (error) {
      onError(error);
    }
  };
  return {
    observe: (kind) =>
      observable((observer) => {
        const end = () => shield(() => observer.complete());
        if (isClosed) {
          end();
          return undefined;
        }
        ends.add(end);
        const stop = log.witness(kind, (room, stored, epoch) => {
          shield(() => {
            const event = roomEvent(stored, epoch);
            if (event) observer.next({ room, event });
          });
        });
        return () => {
          ends.delete(end);
          stop();
        };
      }),
    close: () => {
      isClosed = true;
      for (const end of ends) end();
    },
  };
}
