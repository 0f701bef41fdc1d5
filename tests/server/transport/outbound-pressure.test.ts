import { initTRPC } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../check/random.ts';
import type { PushCrowd, PushItem } from '../../../server/push.ts';
import { jsonEncoder } from '../../../server/transport/ws/encoder.ts';
import type { DirectSink } from '../../../server/transport/ws/direct-crowd.ts';
import { Envelopes } from '../../../server/transport/ws/envelope.ts';
import { FlushQueue } from '../../../server/transport/ws/flush-queue.ts';
import type { SubscriberNo } from '../../../server/transport/ws/subscribers.ts';
import { TcpWrites } from '../../../server/transport/ws/tcp-writes.ts';
import { directWrites } from '../../kit/direct-writes.ts';
import { openSeats, type Seat } from '../../kit/outbound-seats.ts';
import { settle } from '../../kit/settle.ts';
import { waitFor } from '../../kit/wait-for.ts';

// A crowd's sinks are not asked anything.
const idle = { hasRoom: () => true, push: () => true, end: () => {} };
const TURNS = 250;
const limits = { softBytes: 100_000, hardBytes: Infinity };

/** A seat, and what was sent to it. */
interface Sent extends Seat {
  readonly to: SubscriberNo;
  readonly other: SubscriberNo;
  readonly sent: string[];
}

/** Everything that can happen to a connection's bytes, by chance. */
class Weather {
  readonly #random: Random;
  readonly #envelopes: Envelopes;
  #items: PushItem[] = [];
  #count = 0;

  constructor(random: Random, envelopes: Envelopes) {
    this.#random = random;
    this.#envelopes = envelopes;
  }

  /** Items of a turn, some of them more than a kernel takes at once. */
  newItems(): void {
    this.#items = [0, 1, 2, 3].map(() => {
      const bytes = this.#random.isLikely(0.3) ? 200_000 : 300;
      const data = `${(this.#count += 1)}`.padEnd(this.#random.between(0, bytes), 'x');
      return { id: `e:${this.#count}`, data };
    });
  }

  itemOfTurn(): PushItem {
    return this.#random.pick(this.#items);
  }

  /** As a room's frame goes to all who are in step. */
  together(crowd: PushCrowd<Sent>, seats: readonly Sent[]): void {
    const item = this.itemOfTurn();
    const left = crowd.push(item);
    for (const seat of seats) {
      if (left.includes(seat)) this.item(seat, item, seat.to);
      else this.#note(seat, item, seat.to);
    }
  }

  #note(seat: Sent, item: PushItem, to: SubscriberNo): void {
    const { id } = this.#envelopes.subscribers.addressee(to);
    seat.sent.push(
      `{"id":${id},"result":{"type":"data","data":${JSON.stringify(item)},"id":"${item.id}"}}`,
    );
  }

  item(seat: Sent, item: PushItem, to: SubscriberNo): void {
    this.#note(seat, item, to);
    seat.outbound.sendItem(this.#envelopes, item, to);
  }

  text(seat: Sent, send: (text: string) => void): void {
    const text = `{"text":${(this.#count += 1)}}`;
    seat.sent.push(text);
    send(text);
  }

  happen(seat: Sent, item: PushItem): void {
    const what = this.#random.between(0, 99);
    if (what < 80) this.item(seat, item, seat.to);
    else if (what < 86) this.item(seat, item, seat.other);
    else if (what < 90) this.text(seat, (text) => seat.outbound.send(text));
    // As an app may, past everything of ours.
    else if (what < 94) this.text(seat, (text) => seat.ws.send(text));
    else if (what < 97) seat.outbound.flush();
    else if (what < 99) seat.reader.resume();
    else seat.reader.pause();
  }
}

describe.each([
  ['directly', TcpWrites.find(), true],
  ['past the stream', TcpWrites.find(), false],
  ['through the stream', undefined, false],
])('Outbound, %s', (_, writes, isDirect) => {
  it.each([1, 2, 3, 4])(
    '[TRN3] keeps every byte in order while readers stop, and streams go on in the middle of a flush, seed %i',
    async (seed) => {
      const random = createRandom(seed);
      const queue = new FlushQueue();
      const envelopes = new Envelopes(initTRPC.create().router({}), jsonEncoder, queue);
      const weather = new Weather(random, envelopes);
      const { softBytes } = limits;
      const direct = isDirect ? directWrites({ queue, envelopes, writes, softBytes }) : undefined;
      const seats = (await openSeats(6, { queue, limits, writes, direct })).map(
        (seat, no): Sent => {
          const [to, other] = [no % 2, 7].map((id) =>
            envelopes.subscribers.join({ id, jsonrpc: undefined }),
          );
          if (!to || !other) throw new Error('no subscriber');
          return { ...seat, to, other, sent: [] };
        },
      );
      const crowd = direct?.crowd<Sent>();
      for (const seat of seats) {
        const { outbound, to } = seat;
        const sink: DirectSink = { ...idle, place: outbound.place, to };
        crowd?.add(seat, sink);
      }
      let isOver = false;
      for (const seat of seats) {
        // The room comes while the run is under way.
        const onRoom = () => {
          if (!isOver && random.isLikely(0.5)) weather.item(seat, weather.itemOfTurn(), seat.to);
        };
        seat.outbound.wait({ onRoom });
      }
      for (let turn = 0; turn < TURNS; turn += 1) {
        weather.newItems();
        if (random.isLikely(0.3)) random.pick(seats).reader.pause();
        for (let count = random.between(0, 5); count > 0; count -= 1) {
          const item = weather.itemOfTurn();
          if (crowd && random.isLikely(0.5)) weather.together(crowd, seats);
          for (const seat of seats) {
            if (!seat.outbound.isFull || random.isLikely(0.4)) weather.happen(seat, item);
          }
        }
        await settle();
      }
      isOver = true;
      for (const { reader } of seats) reader.resume();
      const lengths = (all: (seat: Sent) => string[]) => seats.map((seat) => all(seat).length);
      const settled = () => expect(lengths(({ got }) => got)).toEqual(lengths(({ sent }) => sent));
      await waitFor(settled, 20_000);
      for (const { got, sent } of seats) {
        expect(got.findIndex((text, index) => text !== sent[index])).toBe(-1);
      }
    },
  );
});
