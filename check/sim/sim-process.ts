import type { AnyTRPCRouter } from '@trpc/server';
import { openToAll } from '../../server/auth/authorize.ts';
import type { Clock } from '../../server/clock.ts';
import { createMemoryPresence } from '../../server/presence/memory-presence.ts';
import { mountRooms } from '../../server/mount-rooms.ts';
import type { FeedLimits } from '../../server/rooms/feed.ts';
import type { ReplayLimits } from '../../server/rooms/replays.ts';
import { createRouter } from '../../server/router/trpc.ts';
import type { Contract, Retention } from '../../shared/index.ts';
import type { Random } from '../random.ts';
import type { ToClient } from './messages.ts';
import { createSimBus } from './sim-bus.ts';
import type { SimDisk } from './sim-disk.ts';
import { openSimLog, type DiskWeather } from './sim-log.ts';
import { SimSession } from './sim-session.ts';
import { machineClock } from './machine-clock.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What a process is started with. */
export interface SimProcessOptions {
  readonly contract: Contract;
  readonly retention: Retention;
  readonly disk: SimDisk;
  readonly diskWeather: DiskWeather;
  readonly time: VirtualTime;
  readonly random: Random;
  /** Different at every start. */
  readonly name: string;
  readonly feeds: FeedLimits & Pick<ReplayLimits, 'pageSize'>;
  /** What a read of the log takes at most, in milliseconds. */
  readonly readMs: number;
  readonly window: number;
  readonly pulls: boolean;
  readonly onError: (error: unknown) => void;
}

/** What a process still holds when nobody needs it any more: each is a leak. */
export interface Leftovers {
  readonly followers: number;
  readonly handlers: number;
}

/** Who connects, and what his client calls itself. */
export interface SimCaller {
  readonly user: string;
  readonly sessionId: string | undefined;
}

/** A server in the simulated world: the real rooms on simulated parts. */
export interface SimProcess {
  readonly isAlive: boolean;
  /** Opens a connection of a user. Undefined: it is dead or closing. */
  accept(who: SimCaller, send: (message: ToClient) => void): SimSession | undefined;
  leftovers(): Leftovers;
  /** Everything stops where it stands. */
  kill(): void;
  /** Goes down in peace. */
  close(): Promise<void>;
}

const NEVER = new Promise<never>(() => {});
const NO_END = Number.MAX_SAFE_INTEGER;

/** Starts a server on a disk. */
export async function startSimProcess(options: SimProcessOptions): Promise<SimProcess> {
  const { time, random, name } = options;
  let isAlive = true;
  let isOpen = true;
  let connections = 0;
  // What a dead process waited for never comes.
  const sleep = async (ms: number) => {
    if (!isAlive) return NEVER;
    await time.sleep(ms);
    return isAlive ? undefined : NEVER;
  };
  const machine = machineClock(time, random.fork('clock'));
  const clock: Clock = {
    now: machine.now,
    elapsed: machine.elapsed,
    after: (ms, run) => machine.after(ms, () => isAlive && run()),
  };
  const { log, followers } = await openSimLog({
    ...options,
    weather: options.diskWeather,
    random: random.fork('disk'),
    sleep,
    clock,
    newEpoch: () => `${name}e`,
  });
  const busRandom = random.fork('bus');
  const { bus, handlers } = createSimBus(() => sleep(busRandom.between(0, 3)));
  const turns = random.fork('turns');
  let ids = 0;
  const rooms = mountRooms({
    contract: options.contract,
    log,
    records: options.disk.records,
    bus,
    clock,
    presence: createMemoryPresence({ clock }),
    nodeTag: name,
    newId: () => `${name}-${(ids += 1)}`,
    authorize: openToAll,
    publishing: null,
    trimEveryMs: 5_000,
    onClockLeap: () => {},
    onError: options.onError,
    feeds: { ...options.feeds, gatherTurns: 3, pause: () => sleep(turns.between(0, 2)) },
  });
  // The routers of a contract make a router; which, no type knows here.
  const router = createRouter(rooms.routers) as unknown as AnyTRPCRouter;

  const accept: SimProcess['accept'] = ({ user, sessionId }, send) => {
    if (!isAlive || !isOpen) return undefined;
    const context = {
      user: { id: user, name: user, expiresAt: NO_END },
      connectionId: `${name}-${(connections += 1)}`,
      sessionId,
    };
    const { window, pulls, onError } = options;
    const sendAlive = (message: ToClient) => {
      if (isAlive) send(message);
    };
    return new SimSession({ router, context, window, pulls, send: sendAlive, onError });
  };
  return {
    get isAlive() {
      return isAlive;
    },
    accept,
    leftovers: () => ({ followers: followers(), handlers: handlers() }),
    kill: () => {
      isAlive = false;
    },
    close: async () => {
      isOpen = false;
      await rooms.close();
      isAlive = false;
    },
  };
}
