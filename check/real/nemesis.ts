import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '../actors/stage.ts';
import type { Random } from '../random.ts';
import type { CrewMember } from './crew.ts';
import { doToCluster, healCluster } from './cluster-deeds.ts';
import type { Venue } from './venue.ts';
import { sleep } from './waiting.ts';

/** What a nemesis acts with. */
export interface NemesisOptions {
  /** Whose lines may fail. */
  readonly crew: readonly Named[];
  /** Its processes are ours to kill, where it has any. */
  readonly venue: Pick<Venue, 'keeper' | 'cluster'>;
  /** Rooms of the run, by id, and the name of their kind. */
  readonly rooms: readonly string[];
  readonly kind: string;
  readonly random: Random;
  readonly record: Stage['record'];
}

type Named = Pick<CrewMember, 'name' | 'proxy'>;

type Deed = (nemesis: Nemesis) => Promise<void>;

const EVERY_MS = [100, 900] as const;
const DOWN_MS = [0, 1_000] as const;
// Clients take a second to come back: a server that dies more often is never under load.
const SERVER_EVERY_MS = [4_000, 8_000] as const;
// Of several one is down, and the others are not.
const CLUSTER_EVERY_MS = [1_000, 4_000] as const;

/** Makes real things go wrong: one after the other, in an order that the seed gives. */
export class Nemesis {
  readonly #options: NemesisOptions;
  #isOn = false;
  #ended: Promise<void> = Promise.resolve();
  /** What could not be done at all: a server that did not come back. */
  failure: unknown;

  constructor(options: NemesisOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isOn = true;
    this.#ended = this.#rage();
  }

  /** Ends all trouble. Resolves when everything stands again. */
  async heal(): Promise<void> {
    this.#isOn = false;
    await this.#ended;
    for (const { proxy } of this.#options.crew) {
      proxy.delay(0);
      proxy.stall(false);
      proxy.blackhole(false);
    }
    const { cluster } = this.#options.venue;
    if (cluster) await healCluster(cluster);
    this.#options.record({ kind: 'healed' });
  }

  async #rage(): Promise<void> {
    const { random, venue } = this.#options;
    const isOurs = venue.keeper !== undefined || venue.cluster !== undefined;
    let nextServerDeed = performance.now() + random.between(...EVERY_MS);
    try {
      while (this.#isOn) {
        await sleep(random.between(...EVERY_MS));
        if (!this.#isOn) return;
        const isServersTurn = isOurs && performance.now() >= nextServerDeed;
        if (isServersTurn) await this.#hitServers();
        else await random.pick(NETWORK)(this);
        const [least, most] = venue.cluster ? CLUSTER_EVERY_MS : SERVER_EVERY_MS;
        if (isServersTurn) nextServerDeed = performance.now() + random.between(least, most);
      }
    } catch (error) {
      this.failure = error;
    }
  }

  async #hitServers(): Promise<void> {
    const { venue, ...others } = this.#options;
    const { cluster } = venue;
    if (cluster) await doToCluster({ cluster, ...others });
    else await others.random.pick(SERVER)(this);
  }

  /** Hits one client for a time, and goes on meanwhile. */
  async hit(
    fault: string,
    begin: (member: Named) => void,
    end?: (member: Named) => void,
  ): Promise<void> {
    const { crew, random, record } = this.#options;
    const member = random.pick(crew);
    record({ kind: 'fault', fault, client: member.name });
    begin(member);
    if (!end) return;
    setTimeout(() => end(member), random.between(200, 3_000));
  }

  async replaceServer(signal: 'SIGKILL' | 'SIGTERM', damage: boolean): Promise<void> {
    const { random, record, venue } = this.#options;
    const { keeper } = venue;
    if (!keeper) return;
    if (!damage) record({ kind: 'fault', fault: signal === 'SIGKILL' ? 'kill -9' : 'restart' });
    await keeper.replace(signal, random.between(...DOWN_MS), () => {
      if (!damage) return;
      // LOG3: without its mark a log cannot vouch for its tail, so the epoch changes. Nothing is lost.
      rmSync(join(keeper.dataDir, 'log.mark'), { force: true });
      record({ kind: 'fault', fault: 'damage', damages: {} });
    });
  }

  async freezeServer(): Promise<void> {
    const { random, record, venue } = this.#options;
    const { keeper } = venue;
    const server = keeper?.current;
    if (!server) return;
    record({ kind: 'fault', fault: 'freeze' });
    server.freeze();
    await sleep(random.between(100, 2_000));
    server.thaw();
  }
}

const NETWORK: readonly Deed[] = [
  (nemesis) => nemesis.hit('cut', ({ proxy }) => proxy.break('cut')),
  (nemesis) => nemesis.hit('reset', ({ proxy }) => proxy.break('reset')),
  (nemesis) => nemesis.hit('cut-request', ({ proxy }) => proxy.break('request')),
  (nemesis) => nemesis.hit('cut-reply', ({ proxy }) => proxy.break('reply')),
  (nemesis) =>
    nemesis.hit(
      'delay',
      ({ proxy }) => proxy.delay(150),
      ({ proxy }) => proxy.delay(0),
    ),
  (nemesis) =>
    nemesis.hit(
      'stall',
      ({ proxy }) => proxy.stall(true),
      ({ proxy }) => proxy.stall(false),
    ),
  (nemesis) =>
    nemesis.hit(
      'blackhole',
      ({ proxy }) => proxy.blackhole(true),
      ({ proxy }) => proxy.blackhole(false),
    ),
];

const SERVER: readonly Deed[] = [
  (nemesis) => nemesis.replaceServer('SIGKILL', false),
  (nemesis) => nemesis.replaceServer('SIGKILL', false),
  (nemesis) => nemesis.replaceServer('SIGKILL', true),
  (nemesis) => nemesis.replaceServer('SIGTERM', false),
  (nemesis) => nemesis.freezeServer(),
];
