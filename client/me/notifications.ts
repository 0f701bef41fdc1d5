import type { DurableEventOf, MeState, RoomEvent, RoomKind } from '../../shared/index.ts';
import { ask, type AskOptions } from '../ask.ts';
import { clockOf } from '../clock.ts';
import { Retrying } from '../retrying.ts';
import { createStore, type Store } from '../store.ts';
import {
  foldNotices,
  NO_NOTICES,
  noticesOf,
  NOTHING,
  withPage,
  withState,
  type Notices,
  type NoticesKnown,
} from './fold-notices.ts';
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
  let known: NoticesKnown<Event> = NOTHING;
  /** Those who listen, by how each of them stops. */
  const listening = new Set<() => void>();
  /** Where the stream has gone on after its newest gap. */
  let since = '';
  let stop = () => {};

  const take = (next: NoticesKnown<Event>) => {
    if (next === known) return;
    known = next;
    set(noticesOf(known, options.userId()));
  };
  const takeState = (state: MeState) => take(withState(known, state));
  const follow = () => {
    let handle: MyHandle<K>;
    try {
      handle = join();
    } catch {
      // A client that has stopped has no more to tell, and a screen that listens must not break.
      return;
    }
    const state = askState();
    const page = reload(handle);
    const forget = handle.onFrame((frame) => {
      const { seen } = known;
      take(foldNotices<K, Event>(known, frame, options.userId()));
      if (frame.type === 'gap') {
        since = frame.to;
        page.start();
      }
      // What was missed is counted by the server alone, and what is left where something was seen, or erased, within
      // what it has counted.
      const isMissed = frame.type === 'ready' || frame.type === 'gap' || frame.type === 'erased';
      if (isMissed || seen !== known.seen) state.start();
    });
    stop = () => {
      forget();
      for (const asking of [state, page]) asking.stop();
      handle.leave();
      take(NOTHING);
    };
  };
  // What fails for good the stream says again when it comes back.
  const parts = {
    clock: clockOf(options),
    random: options.random ?? Math.random,
    onFail: () => {},
  };
  const askState = () =>
    new Retrying({
      ...parts,
      ask: () => ask(options, (how) => branch.state.query(undefined, how)),
      onAnswer: takeState,
    });
  const reload = (handle: MyHandle<K>) =>
    new Retrying({
      ...parts,
      ask: () => handle.history(),
      // The kind's durable events, whose types only the contract knows.
      onAnswer: ({ events }) => take(withPage(known, events as readonly Event[], since)),
    });

  return {
    getSnapshot: store.getSnapshot,
    subscribe: (listener) => {
      const undo = store.subscribe(listener);
      if (listening.size === 0) follow();
      listening.add(undo);
      return () => {
        undo();
        if (listening.delete(undo) && listening.size === 0) stop();
      };
    },
    markSeen: async () => {
      const position = known.events.at(-1)?.position;
      if (position === undefined) return;
      // Not before the server has it: what is seen never goes back here, and whoever hears an error has seen nothing.
      const state = await ask(options, (how) => branch.markSeen.mutate({ position }, how));
      // Whom nobody listens to any more knows nothing.
      if (listening.size > 0) takeState(state);
    },
  };
}
