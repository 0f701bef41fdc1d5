import { clientLimits } from '../../shared/client-limits.ts';
import {
  READ_TYPE,
  type By,
  type FrameOf,
  type Receipts,
  type RoomError,
  type RoomKind,
} from '../../shared/index.ts';
import type { Clock } from '../clock.ts';
import { epochOf, isFurther } from '../offsets.ts';
import { isOver, positionOf, type Room } from '../room.ts';
import { createStore, type Store } from '../store.ts';
import type { LifeCalls } from './life-calls.ts';
import { Retrying } from '../retrying.ts';

/** Somebody who has read a room up to a position. */
export interface Reader {
  readonly user: By;
  readonly position: string;
}

/** Who has read how far. */
export interface ReceiptsSnapshot {
  /** Each reader, oneself among them; empty where more than 100 have read. */
  readonly readers: readonly Reader[];
  /** How many have read anything. */
  readonly count: number;
  readonly error?: RoomError;
}

/** Who has read how far: a store. It asks when it is first listened to, and goes on by itself. */
export type RoomReceipts = Store<ReceiptsSnapshot>;

/** What it is made from. */
export interface ReceiptsParts {
  readonly room: Pick<Room<RoomKind>, 'onFrame' | 'current' | 'subscribe'>;
  readonly calls: LifeCalls;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Makes the store of who has read one room how far. */
export function roomReceipts(parts: ReceiptsParts): RoomReceipts {
  const { room, calls, clock, random } = parts;
  const { store, set } = createStore<ReceiptsSnapshot>({ readers: [], count: 0 });
  let isStarted = false;
  /** What has come since it was asked, by user. */
  const since = new Map<string, Reader>();
  const asking = new Retrying<Receipts>({
    clock,
    random,
    ask: () => calls.receipts(),
    onAnswer: (answer) => set(takeAnswer(answer, [...since.values()], positionOf(room.current))),
    onFail: (error) => set({ ...store.getSnapshot(), error }),
  });
  const take = (event: { readonly type: string; readonly by: By; readonly data: unknown }) => {
    if (event.type !== READ_TYPE) return;
    const { position } = event.data as { position: string };
    const reader = { user: event.by, position };
    since.set(event.by.id, reader);
    set(takeReader(store.getSnapshot(), reader));
  };
  const ask = () => {
    since.clear();
    asking.start();
  };
  const receive = (frame: FrameOf<RoomKind>) => {
    if (frame.type === 'event') take(frame.event);
    else if (frame.type === 'ready' || frame.type === 'gap') ask();
    else if (frame.type === 'latest') for (const event of frame.latest) take(event);
  };
  const start = () => {
    if (isStarted) return;
    isStarted = true;
    room.onFrame(receive);
    room.subscribe((state) => {
      if (isOver(state)) asking.stop();
    });
    if (room.current.state === 'joined') ask();
  };
  return {
    getSnapshot: store.getSnapshot,
    subscribe: (listener) => {
      start();
      return store.subscribe(listener);
    },
  };
}

/** What the server says, and what has come since it was asked. Who was there before and is not in the answer is
 *  forgotten (RDG1). */
function takeAnswer(
  { readers, count }: Receipts,
  since: readonly Reader[],
  now: string | undefined,
): ReceiptsSnapshot {
  if (!readers) return { readers: [], count };
  // Where nobody has read yet, the stream says which epoch that is.
  const epoch = epochOf(readers[0]?.position ?? now ?? '');
  const later = since.filter(({ position }) => epoch === undefined || epochOf(position) === epoch);
  return later.reduce<ReceiptsSnapshot>(takeReader, { readers, count });
}

function takeReader(snapshot: ReceiptsSnapshot, reader: Reader): ReceiptsSnapshot {
  const { readers, count } = snapshot;
  const index = readers.findIndex(({ user }) => user.id === reader.user.id);
  const known = readers[index];
  if (!known) return withReader(snapshot, reader);
  return isFurther(reader.position, known.position)
    ? { readers: readers.with(index, reader), count }
    : snapshot;
}

function withReader(snapshot: ReceiptsSnapshot, reader: Reader): ReceiptsSnapshot {
  const { readers, count } = snapshot;
  // Of so many that they are not listed, one is not a list.
  if (readers.length < count) return snapshot;
  if (count >= clientLimits.receiptReaders) return { readers: [], count: count + 1 };
  return { readers: [...readers, reader], count: readers.length + 1 };
}
