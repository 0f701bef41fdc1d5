import {
  formatPosition,
  RoomError,
  type Ack,
  type By,
  type EventSpec,
  type RoomKind,
} from '../../shared/index.ts';
import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock.ts';
import type { RoomLog, RoomName } from '../log/room-log.ts';
import { appendAcked, appendAt } from '../messages/append.ts';
import { appendReply } from '../messages/replies.ts';
import { demandPosition } from '../messages/target.ts';
import { encodeData } from './encoding.ts';
import type { OpenRooms } from './open-rooms.ts';

/** An event to publish, its data already parsed by the contract. */
export interface Publication {
  readonly room: RoomName;
  readonly type: string;
  readonly data: unknown;
  readonly by: By;
  /** The publisher's seat, where one publishes. */
  readonly memberId?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  /** The position of the event that it answers. */
  readonly replyTo?: string | undefined;
  /** The position that the room is to stand at. */
  readonly ifPosition?: string | undefined;
}

/** What a publisher is made from. */
export interface PublisherOptions {
  readonly log: RoomLog;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly rooms: OpenRooms;
  readonly frameNumber: () => string;
}

/** Sends an event the way of its delivery class: durable ones by the log, all others by the bus. */
export class Publisher {
  readonly #options: PublisherOptions;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** @throws RoomError BAD_INPUT, CONFLICT, STALE_VERSION, STALE_POSITION, NOT_PRESENT, LOG_UNAVAILABLE */
  publish(publication: Publication, kind: RoomKind): Promise<Ack> {
    const { delivery } = specOf(kind, publication.type);
    if (delivery === 'durable') return this.#append(publication, kind);
    if (publication.ifPosition !== undefined) {
      throw new RoomError('BAD_INPUT', 'ifPosition is for durable events alone');
    }
    return this.#pass(publication, kind);
  }

  #append(publication: Publication, kind: RoomKind): Promise<Ack> {
    const { log, clock } = this.#options;
    const { room, type, by, idempotencyKey, replyTo, ifPosition } = publication;
    const data = encodeData(publication.data);
    const at = clock.now();
    const entry = { room, type, data, by, at, idempotencyKey };
    if (ifPosition !== undefined) {
      if (replyTo === undefined) return appendAt(log, entry, demandPosition(ifPosition));
      throw new RoomError('BAD_INPUT', 'an answer (replyTo) takes no ifPosition');
    }
    if (replyTo === undefined) return appendAcked(log, entry);
    return appendReply(log, kind, entry, replyTo);
  }

  async #pass(publication: Publication, kind: RoomKind): Promise<Ack> {
    const { bus, clock, rooms, frameNumber } = this.#options;
    const { room: name, type, by, memberId, idempotencyKey } = publication;
    const at = clock.now();
    const number = frameNumber();
    const data = encodeData(publication.data);
    const message = { number, type, data, by, at, memberId, idempotencyKey };
    // A latest value needs an open room to be kept in; an ephemeral event only reaches open ones.
    return rooms.with(name, kind, async (room) => {
      if (!room.mayHold(message)) throw new RoomError('NOT_PRESENT');
      await bus.publish(name, message, bus.kept && room.keepingOf(message));
      const position = formatPosition(room.position);
      const id = room.frameId(room.position, number);
      return { id, position, at: new Date(at), level: 'live', duplicate: false };
    });
  }
}

function specOf({ name, events }: RoomKind, type: string): EventSpec {
  const spec = Object.hasOwn(events, type) ? events[type] : undefined;
  if (!spec) throw new RoomError('BAD_INPUT', `${name} has no event ${JSON.stringify(type)}`);
  return spec;
}
