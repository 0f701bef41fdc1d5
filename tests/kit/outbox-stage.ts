import type { Entry } from '../../client/outbox/entry.ts';
import type { OutboxParts } from '../../client/outbox/outbox-options.ts';
import { Outbox } from '../../client/outbox/outbox.ts';
import { roomOutbox } from '../../client/outbox/room-outbox.ts';
import type { chat } from '../../shared/index.ts';
import { manualClock } from './manual-clock.ts';

/** An outbox whose server is the test: what is sent waits until it is answered by hand. */
export function outboxStage(parts: Partial<OutboxParts> = {}) {
  const clock = manualClock(0);
  const world = { isOpen: true, user: 'ada' as string | undefined };
  const sent: { key: string; entry: Entry; signal: AbortSignal }[] = [];
  const answers: { resolve: (ack: unknown) => void; reject: (error: unknown) => void }[] = [];
  let count = 0;
  const outbox = new Outbox({
    clock,
    random: () => 0,
    newKey: () => `new${(count += 1)}`,
    user: () => world.user,
    isOpen: () => world.isOpen,
    send: (entry, signal) => {
      sent.push({ key: entry.key, entry, signal });
      return new Promise((resolve, reject) => void answers.push({ resolve, reject }));
    },
    ...parts,
  });
  const publish = (key: string, room = 'general', text = key) => {
    const ack = outbox.publish({ kind: 'chat', room, type: 'message', data: { text }, key });
    // Some tests look at it late, or not at all.
    ack.catch(() => {});
    return ack;
  };
  const view = (room = 'general') => roomOutbox<typeof chat>(outbox, 'chat', room);
  const states = (room?: string) =>
    view(room)
      .getSnapshot()
      .map(({ key, state }) => `${key} ${state}`);
  const keys = () => sent.map(({ key }) => key);
  return { outbox, clock, world, sent, answers, publish, view, states, keys };
}
