import { RoomError, type Ack, type ErrorCode } from '../../shared/index.ts';
import { toRoomError } from '../call-error.ts';
import type { Clock } from '../clock.ts';
import type { LivePublishes, Send } from '../live-publishes.ts';
import { mayPass } from '../passing.ts';

/** A value that goes with the connection over which it was said. */
export interface OwnValue {
  /** Of its room, type and key. */
  readonly name: string;
  /** Who follows the room. */
  readonly by: object;
  /** @throws RoomError DISCONNECTED, without sending it, while there is no connection */
  readonly send: Send;
  /** Milliseconds that it may be old. Infinity: any. */
  readonly lifeMs: number;
  /** Does it end the one that stands? */
  readonly isEnd: boolean;
}

interface Said extends OwnValue {
  /** Counts what is published. */
  readonly no: number;
  readonly at: number;
}

// 40/s over all rooms, of the 50 that a server takes of a connection: after a reconnect the rest, and what it takes
// at once, is for what the user does.
const EVERY_MS = 25;
// What was refused without a time to wait for.
const AGAIN_MS = 1_000;
// The next `ready` says again what found no seat or no answer; what was too much is sent again as it is.
const WAITS = new Set<ErrorCode>(['NOT_PRESENT', 'DISCONNECTED', 'TOO_MANY']);

/** What a client has said of itself by values that go with its connection. The newest of a name that was sent
 *  stands, and is said again when its room's stream has begun anew: others have lost it by then, as a seat
 *  may have been lost with its state. */
export class OwnValues {
  readonly #live: LivePublishes;
  readonly #clock: Clock;
  readonly #isOpen: () => boolean;
  /** By name: what stands, or has ended that. */
  readonly #newest = new Map<string, Said>();
  /** Names of which nothing that was sent since the stream began is known to be taken, each with that beginning. */
  readonly #owed = new Map<string, object>();
  /** Those whose turn is to come. */
  readonly #due = new Set<string>();
  readonly #left = new WeakSet<object>();
  #count = 0;
  #isSaying = false;

  constructor(options: {
    readonly live: LivePublishes;
    readonly clock: Clock;
    readonly isOpen: () => boolean;
  }) {
    this.#live = options.live;
    this.#clock = options.clock;
    this.#isOpen = options.isOpen;
  }

  /** Publishes a value, as any of which the newest matters. @throws RoomError */
  publish(value: OwnValue): Promise<Ack> {
    const said = { ...value, no: (this.#count += 1), at: this.#clock.now() };
    // Also if that cannot be sent: whoever has ended a value does not want it back.
    if (value.isEnd) this.#stand(said);
    return this.#live.newest(value.name, async (signal) => {
      const wasOpen = this.#isOpen();
      try {
        return await this.#send(said, signal);
      } catch (error) {
        const { code } = toRoomError(error);
        // Without an answer it may have been taken.
        if (wasOpen && code === 'DISCONNECTED') this.#stand(said);
        // What was refused leaves what stood, which has let it go first.
        else if (!WAITS.has(code) && this.#owed.has(said.name)) this.#say(said.name);
        throw error;
      }
    });
  }

  /** The stream of one who follows has begun, or begun anew. */
  seated(by: object): void {
    const beginning = {};
    for (const said of this.#newest.values()) {
      if (said.by !== by) continue;
      this.#owed.set(said.name, beginning);
      this.#say(said.name);
    }
  }

  /** He follows no more. */
  left(by: object): void {
    this.#left.add(by);
    for (const said of this.#newest.values()) if (said.by === by) this.#forget(said);
  }

  #forget({ name }: Said): void {
    this.#newest.delete(name);
    this.#owed.delete(name);
  }

  #stand(said: Said): void {
    const { name, by, no } = said;
    const isNewest = no >= (this.#newest.get(name)?.no ?? 0);
    if (isNewest && !this.#left.has(by)) this.#newest.set(name, said);
  }

  async #send(said: Said, signal: AbortSignal): Promise<Ack> {
    const beginning = this.#owed.get(said.name);
    const ack = await said.send(signal);
    this.#stand(said);
    // What was sent before the stream began may have been taken by the connection that was left.
    if (this.#owed.get(said.name) === beginning) this.#owed.delete(said.name);
    return ack;
  }

  /** What is to be said again of a name. */
  #standing(name: string): Said | undefined {
    const said = this.#newest.get(name);
    if (!said || said.isEnd || !this.#owed.has(name)) return undefined;
    // A clock that was set back does not make it young.
    return Math.abs(this.#clock.now() - said.at) < said.lifeMs ? said : undefined;
  }

  #say(name: string): void {
    this.#due.add(name);
    void this.#goOn();
  }

  async #goOn(): Promise<void> {
    if (this.#isSaying) return;
    this.#isSaying = true;
    // Those that come meanwhile are among them.
    for (const name of this.#due) {
      this.#due.delete(name);
      if (!this.#standing(name)) continue;
      this.#live.again(name, (signal) => this.#sendAgain(name, signal));
      await new Promise<void>((resolve) => this.#clock.after(EVERY_MS, resolve));
    }
    this.#isSaying = false;
  }

  /** Sends what stands when it is its turn. */
  async #sendAgain(name: string, signal: AbortSignal): Promise<Ack> {
    const said = this.#standing(name);
    if (!said) throw new RoomError('DISCONNECTED', `nothing is to be said of ${name} any more`);
    try {
      return await this.#send(said, signal);
    } catch (error) {
      this.#refused(said, toRoomError(error));
      throw error;
    }
  }

  #refused(said: Said, error: RoomError): void {
    if (WAITS.has(error.code)) return;
    if (mayPass(error))
      this.#clock.after(error.retryAfterMs ?? AGAIN_MS, () => this.#say(said.name));
    else if (this.#newest.get(said.name) === said) this.#forget(said);
  }
}
