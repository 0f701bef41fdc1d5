import type { Clock } from '../../clock.ts';
import { NODES_KEY } from '../../redis/redis-keys.ts';
import type { RedisLink } from '../../redis/redis-link.ts';
import { BEAT } from './presence-scripts.ts';

/** What leases are made from. */
export interface LeasesOptions {
  readonly link: Pick<RedisLink, 'run' | 'onUsable' | 'failure'>;
  readonly clock: Clock;
  /** This node: a name never given before. */
  readonly node: string;
  /** How often it renews its lease, and how long the lease holds, in milliseconds (PRE2). */
  readonly renewMs: number;
  readonly leaseMs: number;
  /** Hears which nodes are dead: their leases are over. */
  readonly onDead: (nodes: ReadonlySet<string>) => void;
  /** This node's own lease was over, or Redis knows nothing of it any more: others may take it for dead. */
  readonly onForgotten: () => void;
  /** Hears once that the lease cannot be renewed although Redis can be used. */
  readonly onError: (error: unknown) => void;
}

// A little more than what is left of a lease, so that it is over when it is looked at.
const LATE_MS = 100;
const RETRY_MS = 1_000;
// Redis was away or has lost the leases, and so nobody has one: whoever is back first must not bury the others.
const GRACE = 1.5;

/** The leases of all nodes: one for everybody who sits at a node, renewed in one command. Time is Redis's own, so
 *  that clocks of nodes may differ. */
export class Leases {
  readonly #options: LeasesOptions;
  /** Nodes that somebody was seen to sit at. */
  readonly #seen = new Set<string>();
  /** Those that were told of since the leases were asked for: that answer may be older than theirs. */
  readonly #fresh = new Set<string>();
  #alive: ReadonlySet<string> = new Set();
  #beating: Promise<void> | undefined;
  #cancel = () => {};
  #judgeFrom = 0;
  #isFirst = true;
  #isTold = false;
  #isClosed = false;

  constructor(options: LeasesOptions) {
    this.#options = options;
    options.link.onUsable(() => {
      this.#beGentle();
      void this.beat();
    });
    // It does not know what was before.
    this.#beGentle();
    void this.beat();
  }

  /** Notes nodes, and resolves with those of them that are dead as far as is known. */
  async deadOf(nodes: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const isNews = [...nodes].some((node) => !this.#alive.has(node));
    for (const node of nodes) this.#seen.add(node);
    if (isNews) {
      // One that is under way may have been there before them.
      await this.#beating;
      await this.beat();
    }
    if (this.#isGrace) return new Set();
    return new Set([...nodes].filter((node) => !this.#alive.has(node)));
  }

  /** Somebody was told of by a node: it lives, or did so just now. */
  saw(node: string): void {
    this.#seen.add(node);
    this.#fresh.add(node);
  }

  /** Renews the lease and looks at the others. Never rejects. */
  beat(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#beating ??= this.#beat()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => (this.#beating = undefined));
    return this.#beating;
  }

  /** Gives the lease up after `ms`. */
  async close(ms: number): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancel();
    const { link, node } = this.#options;
    await link.run(BEAT, [NODES_KEY], [node, ms]).catch(() => {});
  }

  #beGentle(): void {
    this.#judgeFrom = this.#options.clock.elapsed() + this.#options.renewMs * GRACE;
  }

  get #isGrace(): boolean {
    return this.#options.clock.elapsed() < this.#judgeFrom;
  }

  async #beat(): Promise<void> {
    this.#cancel();
    this.#fresh.clear();
    const { link, node, leaseMs, onForgotten } = this.#options;
    const reply = await link.run(BEAT, [NODES_KEY], [node, leaseMs]);
    if (this.#isClosed) return;
    const [was, ...rest] = reply as (string | number)[];
    const left = new Map<string, number>();
    for (let at = 0; at + 1 < rest.length; at += 2)
      left.set(String(rest[at]), Number(rest[at + 1]));
    this.#alive = new Set(left.keys());
    if (Number(was) === 0 && !this.#isFirst) {
      this.#beGentle();
      onForgotten();
    }
    this.#isFirst = false;
    this.#schedule(left);
    this.#judge();
  }

  #judge(): void {
    if (this.#isGrace) return;
    const isDead = (node: string) => !this.#alive.has(node) && !this.#fresh.has(node);
    const dead = new Set([...this.#seen].filter(isDead));
    dead.delete(this.#options.node);
    if (dead.size === 0) return;
    for (const node of dead) this.#seen.delete(node);
    this.#options.onDead(dead);
  }

  /** The next look is when the next lease could be over: a node that lives has renewed it by then. */
  #schedule(left: ReadonlyMap<string, number>): void {
    const { clock, renewMs, node } = this.#options;
    let ms = renewMs;
    for (const [other, leftMs] of left) {
      if (other !== node && this.#seen.has(other)) ms = Math.min(ms, leftMs + LATE_MS);
    }
    const graceMs = this.#judgeFrom - clock.elapsed();
    if (graceMs > 0) ms = Math.min(ms, graceMs + LATE_MS);
    this.#cancel = clock.after(ms, () => void this.beat());
  }

  #failed(error: unknown): void {
    const { clock, link, onError } = this.#options;
    this.#beGentle();
    // Somebody else's key, say. Of Redis being away others tell.
    if (!this.#isTold && link.failure() === undefined) {
      this.#isTold = true;
      onError(error);
    }
    if (!this.#isClosed) this.#cancel = clock.after(RETRY_MS, () => void this.beat());
  }
}
