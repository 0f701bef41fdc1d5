import type { DurableEventOf, RoomEvent, RoomKind } from '../../shared/index.ts';
import { ask, type AskOptions } from '../ask.ts';
import { clockOf } from '../clock.ts';
import { Retrying } from '../retrying.ts';
import { createStore, type Store } from '../store.ts';
import { foldNotices, NO_NOTICES, seenUpTo, withPage, type Notices } from './fold-notices.ts';
import type { MyBranch } from './my-calls.ts';
import type { MyHandle } from './my-stream.ts';

/** One's own stream for a screen: a store that follows while somebody listens, on whatever of his devices. */
export interface Notifications<K extends RoomKind> extends Store<Notices<DurableEventOf<K>>> {
  /** Everything shown so far was seen: on all devices, once the server has it. It is said once: after an error it
   *  is new still, unless only the answer was lost. @throws RoomError */
  markSeen(): Promise<void>;
}

/** Makes it. `join` follows the stream. */
export function createNotifications<K extends RoomKind>(
  branch: MyBranch<K>,
  join: () => MyHandle<K>,
  options: AskOptions & {
    readonly userId: () => string | undefined;
    /** In [0, 1). Default `Math.random`. */
    readonly random?: () => number;
  },
): Notifications<K> {
  type Event = DurableEventOf<K> & RoomEvent;
  const { store, set } = createStore<Notices<Event>>(NO_NOTICES);
  let listeners = 0;
  /** Where the stream has gone on after its newest gap. */
  let since = '';
  let stop = () => {};

  const saw = (position: string | null) =>
    set(seenUpTo(store.getSnapshot(), position, options.userId()));
  const follow = () => {
    const handle = joined();
    if (!handle) return;
    const seen = askSeen();
    const page = reload(handle);
    const forget = handle.onFrame((frame) => {
      set(foldNotices<K, Event>(store.getSnapshot(), frame, options.userId()));
      if (frame.type === 'gap') {
        since = frame.to;
        page.start();
      }
      // What was seen while nobody was there to hear of it.
      if (frame.type === 'ready') seen.start();
    });
    stop = () => {
      forget();
      for (const asking of [seen, page]) asking.stop();
      handle.leave();
      set(NO_NOTICES);
    };
  };
  // A client that has stopped has no more to tell, and a screen that listens must not break.
  const joined = () => {
    try {
      return join();
    } catch {
      return undefined;
    }
  };
  // What fails for good the stream says again when it comes back.
  const parts = {
    clock: clockOf(options),
    random: options.random ?? Math.random,
    onFail: () => {},
  };
  const askSeen = () =>
    new Retrying({
      ...parts,
      ask: () => ask(options, (how) => branch.state.query(undefined, how)),
      onAnswer: ({ seen }) => saw(seen),
    });
  const reload = (handle: MyHandle<K>) =>
    new Retrying({
      ...parts,
      ask: () => handle.history(),
      // The kind's durable events, whose types only the contract knows.
      onAnswer: ({ events }) =>
        set(withPage(store.getSnapshot(), events as readonly Event[], since, options.userId())),
    });

  return {
    getSnapshot: store.getSnapshot,
    subscribe: (listener) => {
      const undo = store.subscribe(listener);
      listeners += 1;
      if (listeners === 1) follow();
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        undo();
        listeners -= 1;
        if (listeners === 0) stop();
      };
    },
    markSeen: async () => {
      const position = store.getSnapshot().events.at(-1)?.position;
      if (position === undefined) return;
      // Not before the server has it: what is seen never goes back here, and whoever hears an error has seen nothing.
      await ask(options, (how) => branch.markSeen.mutate({ position }, how));
      saw(position);
    },
  };
}
