import {
  RoomError,
  type ActivitySpec,
  type ActivityType,
  type ClientEventType,
  type EventInput,
  type FrameOf,
  type Members,
  type PresenceInput,
  type PresenceOf,
  type RoomKind,
} from '../shared/index.ts';
import type { Clock } from './clock.ts';
import { unheeded } from './listeners.ts';
import { ActivitySignal } from './people/activity-signal.ts';
import { OwnPresence } from './people/own-presence.ts';
import { roomPeople, type RoomPeople } from './people/room-people.ts';
import { RoomValues } from './people/room-values.ts';

/** What views need of their room. */
export interface RoomViewsOptions<K extends RoomKind> {
  readonly kind: K;
  readonly clock: Clock;
  readonly random: () => number;
  /** Who one is, as far as it is known. */
  readonly userId: () => string | undefined;
  readonly members: () => Promise<Members<PresenceOf<K>>>;
  readonly setPresence: (state: PresenceInput<K>) => Promise<unknown>;
  readonly publish: (
    type: ClientEventType<K>,
    data: EventInput<K, ClientEventType<K>>,
  ) => Promise<unknown>;
}

/** What a room shows beside its events: people, latest values, who does what just now. And what one says of
 *  oneself there. */
export class RoomViews<K extends RoomKind> {
  readonly people: RoomPeople<K>;
  readonly values: RoomValues<K>;
  readonly presence: OwnPresence<PresenceInput<K>>;
  readonly #options: RoomViewsOptions<K>;
  readonly #signals = new Map<string, ActivitySignal>();
  readonly #observePeople: (frame: FrameOf<K>) => void;
  readonly #closePeople: () => void;

  constructor(options: RoomViewsOptions<K>) {
    const { kind, clock, random, userId } = options;
    this.#options = options;
    const people = roomPeople<K>({ ask: options.members, clock, random });
    this.people = people.store;
    this.#observePeople = people.observe;
    this.#closePeople = people.close;
    this.values = new RoomValues({
      kind,
      isOneself: (id) => id === userId(),
      isOneselfActive: (type) => this.#signals.get(type)?.isOn === true,
    });
    this.presence = new OwnPresence({ send: options.setPresence, clock });
  }

  /** Says that one does something just now, or no more. @throws RoomError */
  say(type: ActivityType<K>, isOn: boolean): Promise<void> {
    const spec = this.#specOf(type);
    if (!spec)
      return unheeded(Promise.reject(new RoomError('BAD_INPUT', `${type} is no activity`)));
    const signal = this.#signals.get(type) ?? this.#signal(spec, type);
    this.#signals.set(type, signal);
    return unheeded(signal.say(isOn));
  }

  /** Takes a frame of the room. */
  observe(frame: FrameOf<K>): void {
    if (frame.type === 'ready') {
      // What was said before went with the connection, or is said again.
      for (const signal of this.#signals.values()) signal.ended();
      this.presence.seated();
    }
    this.#observePeople(frame);
    this.values.observe(frame);
  }

  /** One has published an event: what it ends need not be stopped. */
  published(type: string): void {
    for (const [active, signal] of this.#signals) {
      if (this.#specOf(active)?.endedBy.includes(type)) signal.ended();
    }
  }

  close(error: RoomError): void {
    this.#closePeople();
    this.values.quiet();
    this.presence.close(error);
  }

  #signal({ activity }: ActivitySpec, type: string): ActivitySignal {
    const { clock, publish } = this.#options;
    const send = (isOn: boolean) =>
      // An activity's data is its one field.
      publish(
        type as ClientEventType<K>,
        { [activity]: isOn } as EventInput<K, ClientEventType<K>>,
      );
    return new ActivitySignal({ send, clock });
  }

  #specOf(type: string): ActivitySpec | undefined {
    const { events } = this.#options.kind;
    const spec = Object.hasOwn(events, type) ? events[type] : undefined;
    const isActivity = spec?.delivery === 'latest' && spec.activity !== undefined;
    return isActivity ? (spec as ActivitySpec) : undefined;
  }
}
