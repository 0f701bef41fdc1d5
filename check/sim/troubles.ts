import type { Stage } from '../actors/stage.ts';
import type { Trouble } from '../plan.ts';
import type { SimClient } from './sim-client.ts';
import type { SimServer } from './sim-server.ts';
import type { VirtualTime } from './virtual-time.ts';

const CALM = { delayMs: 20, spacingMs: 0, stalledUntil: 0 } as const;
const CALM_DISK = { slowMs: 5, fails: 'no' } as const;

/** Makes things go wrong in a simulated world, and right again. */
export class Troubles {
  readonly #server: SimServer;
  readonly #clients: readonly SimClient[];
  readonly #scribe: SimClient;
  readonly #time: VirtualTime;
  readonly #record: Stage['record'];

  constructor(options: {
    server: SimServer;
    /** Those who meet every kind of trouble. */
    clients: readonly SimClient[];
    /** Who only loses his connection with the server. */
    scribe: SimClient;
    time: VirtualTime;
    record: Stage['record'];
  }) {
    this.#server = options.server;
    this.#clients = options.clients;
    this.#scribe = options.scribe;
    this.#time = options.time;
    this.#record = options.record;
  }

  cause(trouble: Trouble): void {
    switch (trouble.do) {
      case 'restart':
        return this.#restart(trouble.downMs);
      case 'kill':
        return this.#kill(trouble.downMs, trouble.torn);
      case 'disk-slow':
        this.#record({ kind: 'fault', fault: 'disk-slow' });
        this.#server.diskWeather.slowMs = trouble.ms;
        return;
      case 'disk-fails':
        this.#record({ kind: 'fault', fault: 'disk-fails' });
        this.#server.diskWeather.fails = trouble.how;
        this.#time.after(trouble.forMs, () => (this.#server.diskWeather.fails = 'no'));
        return;
      default:
        return this.#hit(trouble);
    }
  }

  /** Ends every trouble that has not ended by itself. */
  heal(): void {
    for (const client of this.#clients) {
      client.set(undefined);
      Object.assign(client.weather, CALM);
    }
    Object.assign(this.#server.diskWeather, CALM_DISK);
    void this.#server.start();
    this.#record({ kind: 'healed' });
  }

  #hit(trouble: Extract<Trouble, { client: number }>): void {
    const client = this.#clients[trouble.client];
    if (!client) return;
    this.#record({ kind: 'fault', fault: trouble.do, client: client.user });
    switch (trouble.do) {
      case 'cut':
        return client.cut();
      case 'cut-request':
        return client.set('request');
      case 'cut-reply':
        return client.set('reply');
      case 'stall':
        client.weather.stalledUntil = this.#time.elapsed() + trouble.forMs;
        return;
      case 'lag':
        client.weather.delayMs = trouble.ms;
        return;
      case 'slow':
        client.weather.spacingMs = trouble.ms;
    }
  }

  #kill(downMs: number, torn: number): void {
    const damages = this.#server.kill(torn);
    if (damages) this.#record({ kind: 'fault', fault: 'damage', damages });
    else this.#record({ kind: 'fault', fault: 'kill' });
    this.#drop();
    this.#time.after(downMs, () => void this.#server.start());
  }

  #restart(downMs: number): void {
    this.#record({ kind: 'fault', fault: 'restart' });
    void this.#server.close().then(() => {
      this.#drop();
      this.#time.after(downMs, () => void this.#server.start());
    });
  }

  #drop(): void {
    for (const client of [...this.#clients, this.#scribe]) client.cut();
  }
}
