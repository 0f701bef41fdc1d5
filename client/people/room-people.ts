import type {
  FrameOf,
  Members,
  Present,
  PresenceFrame,
  PresenceOf,
  RoomKind,
} from '../../shared/index.ts';
import type { Clock } from '../clock.ts';
import { Retrying } from '../retrying.ts';
import { readMembers } from '../room-frame.ts';
import { createStore, type Store } from '../store.ts';
import { foldPeople, fromMembers, fromSnapshot, NOBODY, type KnownPeople } from './fold-people.ts';

/** Who is in a room, as a screen shows it. */
export interface People<State = unknown> {
  /** In the order of arrival, oneself among them. Empty while they are too many to be listed. */
  readonly users: readonly Present<State>[];
  /** How many users there are, listed or not. */
  readonly count: number;
  /** Are these all? Otherwise `members` gives the others. */
  readonly isComplete: boolean;
}

/** Who is in a room: a store. While the connection is away it shows those who were there. */
export type RoomPeople<K extends RoomKind> = Store<People<PresenceOf<K>>>;

const EMPTY: People<never> = { users: [], count: 0, isComplete: false };

/** What the people of a room are made from. */
export interface RoomPeopleParts<K extends RoomKind> {
  /** Gets them anew, where a change was missed (PRE3). */
  readonly ask: () => Promise<Members<PresenceOf<K>>>;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Follows the people of a room. */
export function roomPeople<K extends RoomKind>({
  ask,
  clock,
  random,
}: RoomPeopleParts<K>): {
  readonly store: RoomPeople<K>;
  observe(frame: FrameOf<K>): void;
  close(): void;
} {
  type State = PresenceOf<K>;
  const { store, set } = createStore<People<State>>(EMPTY);
  let known: KnownPeople<State> = NOBODY;
  /** What has come since the people were asked for anew. */
  let since: PresenceFrame<State>[] | undefined;

  const learn = (next: KnownPeople<State>) => {
    known = next;
    set(shownOf(known));
    if (known.isWrong && !since) askAnew();
  };
  const finish = (answer: Members<State> | undefined) => {
    const later = since?.filter(({ version }) => answer && version > answer.version) ?? [];
    since = undefined;
    // Without an answer the next frame asks again.
    if (answer) learn(later.reduce(foldPeople<State>, fromMembers(answer)));
  };
  const asking = new Retrying<Members<State> | undefined>({
    clock,
    random,
    // A server may answer anything.
    ask: async () => readMembers<State>(await ask()),
    onAnswer: finish,
    onFail: () => finish(undefined),
  });
  const askAnew = () => {
    since = [];
    asking.start();
  };

  return {
    store,
    observe: (frame) => {
      if (frame.type === 'ready' && frame.presence) {
        // A stream that has begun again knows better.
        asking.stop();
        since = undefined;
        learn(fromSnapshot<State>(frame.presence));
      } else if (frame.type === 'presence') {
        since?.push(frame);
        learn(foldPeople(known, frame));
      }
    },
    close: () => asking.stop(),
  };
}

function shownOf<State>({ count, users, isWrong }: KnownPeople<State>): People<State> {
  return {
    users: [...(users?.values() ?? [])],
    count,
    isComplete: users !== undefined && !isWrong,
  };
}
