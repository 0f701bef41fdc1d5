import { newKey } from '../client/new-key.ts';
import { setTimeout } from 'node:timers/promises';
import { addressOf } from './addresses.ts';
import { BareSocket } from './bare-socket.ts';
import { Latencies } from './latencies.ts';
import type { Deliveries, Pace } from './pace.ts';
import type { Protocol } from './protocols.ts';
import { numberedText, numberIn } from './texts.ts';

/** Who follows and who publishes. */
export interface AudienceOptions {
  readonly url: string;
  /** Where followers go, if it is elsewhere. */
  readonly followUrl?: string;
  readonly protocol: Protocol;
  readonly rooms: number;
  /** One per connection: the first `publishers` of them publish, the others follow. */
  readonly tokens: readonly string[];
  readonly publishers: number;
}

interface Client {
  /** Among the followers; below 0: a publisher. */
  readonly index: number;
  readonly room: string;
  readonly socket: BareSocket;
  /** Deliveries of all time. */
  received: number;
  isPaused: boolean;
}

// Request ids of subscriptions are spread over so many, as they are among real clients.
const REQUEST_IDS = 200;
const OPENING_AT_ONCE = 50;
const ARRIVAL_MS = 30_000;

/** The clients of a run: publishers and followers, over any of the protocols. */
export class Audience {
  readonly #options: AudienceOptions;
  readonly #publishers: Client[] = [];
  readonly #followers: Client[] = [];
  readonly #latencies = new Latencies();
  /** When each number was published. */
  readonly #sentAt: number[] = [];
  #due = 0;
  #onArrival = () => {};
  #failure: Error | undefined;
  #isClosing = false;

  private constructor(options: AudienceOptions) {
    this.#options = options;
  }

  /** Connects everybody; followers follow when it resolves. @throws Error when one is refused */
  static async open(options: AudienceOptions): Promise<Audience> {
    const audience = new Audience(options);
    const { tokens } = options;
    for (let first = 0; first < tokens.length; first += OPENING_AT_ONCE) {
      const some = tokens.slice(first, first + OPENING_AT_ONCE);
      await Promise.all(some.map((token, no) => audience.#open(token, first + no)));
    }
    return audience;
  }

  /** Publishes at that pace and waits until every reading follower has everything.
   *  @throws Error when somebody gets less, or more, or is refused */
  async publish({ seconds, burstsPerSecond, burst, length }: Pace): Promise<Deliveries> {
    this.#latencies.clear();
    const readers = this.#followers.filter(({ isPaused }) => !isPaused);
    const before = readers.map(({ received }) => received);
    const sent = new Map<string, number>();
    const startedAt = performance.now();
    for (let turn = 0; turn < seconds * burstsPerSecond; turn += 1) {
      await setTimeout(
        Math.max(0, startedAt + (turn * 1000) / burstsPerSecond - performance.now()),
      );
      for (let no = 0; no < burst; no += 1) {
        const room = this.#say(length);
        sent.set(room, (sent.get(room) ?? 0) + 1);
      }
    }
    await this.#arrival();
    for (const [no, { room, received }] of readers.entries()) {
      if (received - (before[no] ?? 0) !== (sent.get(room) ?? 0)) {
        throw new Error(`audience: follower ${no} got ${received}, which is not what was sent`);
      }
    }
    return { deliveries: this.#latencies.count, ...this.#latencies.figures() };
  }

  /** The first follower stops reading; from here on nothing is expected of it. */
  pauseOne(): void {
    const [client] = this.#followers;
    if (!client) return;
    client.isPaused = true;
    client.socket.pause();
  }

  /** It reads again. Resolves when it has everything that its room was sent. @throws Error */
  async resumeOne(): Promise<void> {
    const [client] = this.#followers;
    const complete = this.#followers.find(
      (other) => other !== client && other.room === client?.room,
    );
    if (!client || !complete) return;
    client.socket.resume();
    const lastAt = performance.now() + ARRIVAL_MS;
    while (client.received < complete.received) {
      if (this.#failure) throw this.#failure;
      if (performance.now() > lastAt) throw new Error('audience: the stopped reader lacks events');
      await setTimeout(10);
    }
    if (client.received > complete.received) throw new Error('audience: events came twice');
  }

  close(): void {
    this.#isClosing = true;
    for (const { socket } of [...this.#publishers, ...this.#followers]) socket.close();
  }

  #open(token: string, no: number): Promise<void> {
    const { protocol, rooms, publishers, followUrl } = this.#options;
    const index = no - publishers;
    const url = index < 0 ? this.#options.url : (followUrl ?? this.#options.url);
    const room = `bench-${Math.max(0, index) % rooms}`;
    return new Promise((resolve, reject) => {
      const onReady = () => resolve();
      const onFrame = (payload: Buffer) => {
        const number = numberIn(payload);
        if (number === undefined) this.#control(payload, client, onReady);
        else this.#deliver(number, client);
      };
      const onEnd = () => {
        reject(new Error('audience: cut off before it followed'));
        if (!this.#isClosing) this.#fail('a connection ended');
      };
      const at = { url, path: protocol.path, localAddress: addressOf(no) };
      const socket = new BareSocket({ ...at, onFrame, onEnd });
      const client: Client = { index, room, socket, received: 0, isPaused: false };
      (index < 0 ? this.#publishers : this.#followers)[index < 0 ? no : index] = client;
      socket.opened.then(() => {
        socket.send(protocol.opening(token));
        if (protocol.welcome === undefined) this.#begin(client, onReady);
      }, reject);
    });
  }

  /** A follower asks to follow; a publisher is ready. */
  #begin({ index, socket, room }: Client, onReady: () => void): void {
    if (index < 0) return onReady();
    socket.send(this.#options.protocol.follow(room, 1 + (index % REQUEST_IDS)));
  }

  #deliver(number: number, client: Client): void {
    client.received += 1;
    if (client.isPaused) return;
    this.#latencies.add(performance.now() - (this.#sentAt[number] ?? 0));
    this.#due -= 1;
    if (this.#due === 0) this.#onArrival();
  }

  /** Everything but deliveries: rare. */
  #control(payload: Buffer, client: Client, onReady: () => void): void {
    const text = payload.toString();
    const { welcome, following, ping } = this.#options.protocol;
    if (text === ping?.[0]) client.socket.send(ping[1]);
    else if (text.includes('"error":')) this.#fail(`refused: ${text}`);
    else if (text.includes(following)) onReady();
    else if (welcome !== undefined && text.startsWith(welcome)) this.#begin(client, onReady);
  }

  /** One publisher after the other says something, in one room after the other. */
  #say(length: number): string {
    const { protocol, rooms } = this.#options;
    const number = this.#sentAt.length;
    const room = `bench-${number % rooms}`;
    const no = number % this.#publishers.length;
    this.#due += this.#readersOf(room);
    this.#sentAt.push(performance.now());
    const message = { room, text: numberedText(number, length), idempotencyKey: newKey() };
    this.#publishers[no]?.socket.send(protocol.publish(message, number));
    return room;
  }

  #readersOf(room: string): number {
    const { rooms } = this.#options;
    if (rooms > 1) return this.#followers.filter((client) => client.room === room).length;
    return this.#followers.length - (this.#followers[0]?.isPaused === true ? 1 : 0);
  }

  async #arrival(): Promise<void> {
    const lastAt = performance.now() + ARRIVAL_MS;
    while (this.#due > 0 && !this.#failure && performance.now() < lastAt) {
      const arrived = new Promise<void>((resolve) => (this.#onArrival = resolve));
      await Promise.race([arrived, setTimeout(100)]);
    }
    if (this.#failure) throw this.#failure;
    if (this.#due !== 0) throw new Error(`audience: ${this.#due} deliveries did not come`);
  }

  #fail(reason: string): void {
    this.#failure ??= new Error(`audience: ${reason}`);
  }
}
