import {
  toRoomError,
  type MembershipCalls,
  type RoomCalls,
  type RoomHandle,
} from '../../client/index.ts';
import type { RoomKind } from '../../shared/index.ts';
import type { AccessTold, Entry } from '../judge/access.ts';
import type { Stage } from './stage.ts';

/** Whose device it is, and what it asks through. */
export interface DeviceOptions {
  readonly stage: Stage;
  /** Nobody else in the run has it. */
  readonly name: string;
  readonly user: string;
  readonly calls: RoomCalls<RoomKind>;
  readonly membership: MembershipCalls;
  readonly join: (room: string) => RoomHandle<RoomKind>;
}

interface Stream {
  readonly attempt: string;
  readonly handle: RoomHandle<RoomKind>;
  readonly keys: Set<string>;
}

/** A device of somebody who is now let into rooms and now shut out: it tries what only members may, whether he is
 *  one or not, and writes down what that comes to and what it is shown. */
export class Device {
  readonly #options: DeviceOptions;
  #stream: Stream | undefined;
  #count = 0;

  constructor(options: DeviceOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get user(): string {
    return this.#options.user;
  }

  get membership(): MembershipCalls {
    return this.#options.membership;
  }

  /** The stream that it follows, by the attempt that began it. */
  get following(): string | undefined {
    return this.#stream?.attempt;
  }

  /** Has its stream shown the publish of that key? */
  hasShown(key: string): boolean {
    return this.#stream?.keys.has(key) ?? false;
  }

  /** Reads the newest event. */
  async read(room: string): Promise<void> {
    const { calls } = this.#options;
    await this.#try(room, 'read', () => calls.history.query({ room, limit: 1 }));
  }

  /** Publishes something, once. Returns the key of what was acknowledged. */
  async publish(room: string): Promise<string | undefined> {
    const { stage, calls } = this.#options;
    const { type, data } = stage.subject;
    const publish = (key: string) =>
      calls.publish.mutate({ room, type, data: data(key), idempotencyKey: key } as never);
    return this.#try(room, 'publish', publish);
  }

  /** Begins to follow, unless it does. Resolves when it is let in or refused. */
  async follow(room: string): Promise<void> {
    if (this.#stream) return;
    const { join } = this.#options;
    const attempt = this.#begin(room, 'follow');
    const handle = join(room);
    const stream: Stream = { attempt, handle, keys: new Set() };
    this.#stream = stream;
    await new Promise<void>((resolve) => this.#listen(room, stream, resolve));
  }

  /** Follows no longer. */
  leave(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.handle.leave();
  }

  #listen(room: string, stream: Stream, onDecided: () => void): void {
    const { stage, name: device, user } = this.#options;
    const { handle, attempt } = stream;
    let isIn = false;
    handle.onFrame((frame) => {
      if (frame.type === 'ready' && !isIn) {
        isIn = true;
        this.#tell(room, { step: 'tried', attempt });
        onDecided();
      }
      const key = frame.type === 'event' ? frame.event.idempotencyKey : undefined;
      if (frame.type !== 'event' || frame.event.type !== stage.subject.type || !key) return;
      stream.keys.add(key);
      this.#tell(room, { step: 'shown', user, device, key });
    });
    handle.subscribe((current) => {
      // Left, or ended with the client, it says nothing of who may be there.
      if (current.state === 'failed' && this.#stream === stream) {
        const { code } = current.error;
        this.#stream = undefined;
        if (!isIn) this.#tell(room, { step: 'tried', attempt, code });
        else if (code === 'FORBIDDEN') this.#tell(room, { step: 'ousted', attempt });
      }
      if (current.state === 'failed' || current.state === 'left') onDecided();
    });
  }

  async #try(room: string, what: Entry, call: (attempt: string) => Promise<unknown>) {
    const attempt = this.#begin(room, what);
    try {
      await call(attempt);
      this.#tell(room, { step: 'tried', attempt });
      return attempt;
    } catch (error) {
      this.#tell(room, { step: 'tried', attempt, code: toRoomError(error).code });
      return undefined;
    }
  }

  #begin(room: string, what: Entry): string {
    const attempt = `${this.name}/${(this.#count += 1)}`;
    this.#tell(room, { step: 'tries', attempt, user: this.user, what });
    return attempt;
  }

  #tell(room: string, told: AccessTold): void {
    this.#options.stage.record({ kind: 'access', room, told });
  }
}
