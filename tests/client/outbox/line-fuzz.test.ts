import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPending } from '../../../client/outbox/entry.ts';
import {
  nextLine,
  nextToSend,
  withoutDone,
  type Happening,
  type Line,
} from '../../../client/outbox/line.ts';
import { RoomError, type Ack } from '../../../shared/index.ts';
import { ackAt, queuedEntry } from '../../kit/outbox-entries.ts';

const KEY_WINDOW_MS = 20_000;
const MAX_AGE_MS = 60_000;

/** A server that stores a key once within its window, and a line that talks to it. */
function play() {
  const stored: { key: string; at: number }[] = [];
  const ends = new Map<string, string>();
  const made: string[] = [];
  const shown: string[] = [];
  let line: Line = [];
  let now = 0;
  let seen = 0;
  let underWay: string | undefined;
  let leftAt = 0;

  const apply = (happening: Happening) => {
    const before = line;
    const after = nextLine(line, happening);
    for (const entry of after) {
      const was = before.find(({ key }) => key === entry.key);
      if (!isPending(entry) && (!was || isPending(was))) ends.set(entry.key, entry.state);
    }
    line = withoutDone(after, `E:${seen}`);
    const sending = line.filter(({ state }) => state === 'sending');
    expect(sending.length).toBeLessThanOrEqual(1);
  };
  // A frame that has left arrives at once or never: the heartbeat sees to that.
  const store = (key: string): Ack => {
    const known = stored.findIndex((each) => each.key === key && each.at > leftAt - KEY_WINDOW_MS);
    if (known === -1) stored.push({ key, at: leftAt });
    return ackAt(known === -1 ? stored.length : known + 1, { duplicate: known !== -1 });
  };
  const send = () => {
    apply({ what: 'aged', now, maxAgeMs: MAX_AGE_MS, keyWindowMs: KEY_WINDOW_MS });
    const entry = nextToSend(line, 'ada', now);
    if (!entry) return;
    expect(underWay).toBeUndefined();
    underWay = entry.key;
    leftAt = now;
    apply({ what: 'sent', key: entry.key, now });
  };
  const fail = (code: ConstructorParameters<typeof RoomError>[0]) => {
    if (underWay === undefined) return;
    apply({ what: 'failed', key: underWay, error: new RoomError(code), now, random: 0.5 });
    underWay = undefined;
  };
  const succeed = () => {
    if (underWay === undefined) return;
    const key = underWay;
    underWay = undefined;
    apply({ what: 'acked', key, ack: store(key) });
  };
  const steps = {
    publish: () => {
      made.push(`k${made.length}`);
      const entry = queuedEntry(`k${made.length - 1}`, { at: now });
      apply({ what: 'published', entry });
    },
    send,
    succeed,
    refuse: () => fail('FORBIDDEN'),
    fault: () => fail('INTERNAL'),
    busy: () => fail('TOO_MANY'),
    cutBefore: () => fail('DISCONNECTED'),
    cutAfter: () => {
      if (underWay !== undefined) store(underWay);
      fail('DISCONNECTED');
    },
    connect: () => apply({ what: 'connected' }),
    discard: () => {
      const key = line.findLast(({ state }) => state === 'queued')?.key;
      if (key === undefined) return;
      apply({ what: 'discarded', key });
      if (!line.some((entry) => entry.key === key)) ends.set(key, 'taken back');
    },
    show: () => {
      const next = stored[seen];
      if (!next) return;
      seen += 1;
      if (!ends.has(next.key)) shown.push(next.key);
      const [id, at] = [`E:${seen}`, new Date(0)];
      apply({ what: 'echoed', key: next.key, by: 'ada', echo: { id, position: id, at } });
      apply({ what: 'connected' });
    },
    pass: () => (now += 700),
    passLong: () => (now += 15_000),
  };
  const finish = () => {
    for (let turn = 0; turn < 500; turn += 1) {
      now += 20_000;
      send();
      succeed();
      steps.show();
    }
  };
  return { steps, finish, stored, ends, made, shown, line: () => line };
}

const names = Object.keys(play().steps) as (keyof ReturnType<typeof play>['steps'])[];

describe('a line of the outbox, whatever happens', () => {
  it('[SND2] stores every key once and in order, and every entry ends', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...names, 'send', 'send', 'publish'), {
          maxLength: 120,
          size: 'max',
        }),
        (plan) => {
          const game = play();
          for (const step of plan) game.steps[step]();
          game.finish();
          const keys = game.stored.map(({ key }) => key);
          expect(new Set(keys).size).toBe(keys.length);
          const order = keys.map((key) => game.made.indexOf(key));
          expect(order).toEqual(order.toSorted((a, b) => a - b));
          expect([...game.ends.keys()].toSorted()).toEqual(game.made.toSorted());
          for (const [key, end] of game.ends) {
            if (end === 'acked') expect(keys).toContain(key);
            else if (end === 'taken back') expect(keys).not.toContain(key);
            // What the screen has shown is never said to have failed.
            else expect(game.shown).not.toContain(key);
          }
          // What failed stays for `retry`; nothing else does.
          expect(
            game.line().every(({ state }) => state === 'rejected' || state === 'expired'),
          ).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
