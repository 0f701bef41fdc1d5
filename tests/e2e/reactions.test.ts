import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createMemoryRecords } from '../../server/records/memory-records.ts';
import { Reactions } from '../../server/messages/reactions.ts';
import { findTarget } from '../../server/messages/target.ts';
import { chat, defineRoom, durable, limits, type Reacted } from '../../shared/index.ts';
import { follow } from '../kit/clients.ts';
import { settle } from '../kit/hand-log.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { people, refusal } from '../kit/chatters.ts';
import { ada as adaBy, general, memoryLog } from '../kit/rooms.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { waitFor } from '../kit/wait-for.ts';

const room = 'r';

/** The summaries that the log of a room holds. */
async function summaries(chatOf: Awaited<ReturnType<typeof people>>['ada']) {
  const { events } = await chatOf.history.query({ room, limit: 200 });
  return events.flatMap(({ type, data }) =>
    type === 'reacted' ? [(data as Reacted).reactions] : [],
  );
}

describe('reacting', () => {
  it('is told to everybody as a summary, which the ack has waited for', async () => {
    const { ada, bob, clientOf } = await people();
    const live = await follow(await clientOf('cy'), room);
    const { position: target } = await ada.send.mutate({ room, text: 'a' });
    const ack = await bob.react.mutate({ room, target, name: '👍', on: true });
    const by = { id: 'bob', name: 'bob' };
    const reactions = [{ name: '👍', count: 1, users: [by] }];
    const event = {
      type: 'reacted',
      by: { id: '@server' },
      position: ack.position,
      data: { target, of: 'message', reactions },
    };
    await waitFor(() => expect(live.frames.at(-1)?.data).toMatchObject({ event }));
    const page = await ada.history.query({ room, limit: 1, before: ack.position });
    expect(page.changes).toMatchObject([event]);
  });

  it('of many at once is one summary', async () => {
    const { ada, as } = await people();
    const { position: target } = await ada.send.mutate({ room, text: 'a' });
    const many = await Promise.all(Array.from({ length: 30 }, (_, index) => as(`u${index}`)));
    const acks = await Promise.all(
      many.map((user) => user.react.mutate({ room, target, name: '+1', on: true })),
    );
    const told = await summaries(ada);
    expect(told.at(-1)).toMatchObject([{ name: '+1', count: 30 }]);
    expect(told.at(-1)?.[0]?.users).toHaveLength(5);
    // Records are written one after the other, so it may take more than one window.
    expect(new Set(acks.map(({ position }) => position)).size).toBeLessThan(10);
  });

  it('tells who has reacted, and with what oneself has, beyond the first five', async () => {
    const { ada, as } = await people();
    const { position: target } = await ada.send.mutate({ room, text: 'a' });
    const many = await Promise.all(
      Array.from({ length: 120 }, (_, index) => as(`u${String(index).padStart(3, '0')}`)),
    );
    await Promise.all(
      many.map((user) => user.react.mutate({ room, target, name: '+1', on: true })),
    );
    const last = many[119] ?? ada;
    const first = await last.reactors.query({ room, target });
    expect(first.users).toHaveLength(limits.reactorsPage);
    expect(first.users[0]).toEqual({
      user: { id: 'u000', name: 'u000' },
      reactions: [{ name: '+1', count: 1 }],
    });
    expect(first).toMatchObject({ own: [{ name: '+1', count: 1 }], next: 'u099' });
    const rest = await ada.reactors.query({ room, target, after: first.next });
    expect([rest.users.length, rest.own, rest.next]).toEqual([20, [], undefined]);
    await ada.remove.mutate({ room, target });
    const gone = ada.reactors.query({ room, target });
    await expect(gone).rejects.toMatchObject(refusal('EVENT_REMOVED'));
  });

  it('twice, or taking back what is not there, changes nothing', async () => {
    const { ada, bob } = await people();
    const { position: target } = await ada.send.mutate({ room, text: 'a' });
    const react = (name: string, on: boolean) => bob.react.mutate({ room, target, name, on });
    expect(await react('+1', false)).toMatchObject({ position: target, duplicate: true });
    const first = await react('+1', true);
    expect(await react('+1', true)).toEqual({ ...first, duplicate: true });
    await react('+1', false);
    expect(await summaries(ada)).toMatchObject([[{ count: 1 }], []]);
  });

  it('survives a restart', async () => {
    const dataDir = tempDir();
    const before = await people({ dataDir });
    const { position: target } = await before.ada.send.mutate({ room, text: 'a' });
    await before.bob.react.mutate({ room, target, name: '+1', on: true });
    await before.server.close();
    const after = await people({ dataDir });
    await after.bob.react.mutate({ room, target, name: '+1', on: true });
    await after.ada.react.mutate({ room, target, name: '+1', on: true });
    expect((await summaries(after.ada)).at(-1)).toMatchObject([{ name: '+1', count: 2 }]);
  });

  it('follows the mode of the contract', async () => {
    const text = z.object({ text: z.string() });
    const modes = defineRoom('modes', {
      events: {
        one: durable(text, { publish: 'client', reactions: 'unique' }),
        each: durable(text, { publish: 'client', reactions: 'distinct' }),
        often: durable(text, { publish: 'client', reactions: 'multiple' }),
      },
    });
    const log = memoryLog();
    const clock = manualClock();
    const reactions = new Reactions(log, createMemoryRecords(), clock);
    const name = { kind: 'modes', id: 'r' };
    const outcome = async (type: string) => {
      const at = clock.now();
      const entry = { room: name, type, data: '{"json":{"text":"a"}}', by: adaBy, at };
      const { offset } = await log.append(entry);
      for (const [reaction, on] of [
        ['a', true],
        ['b', true],
        ['b', true],
        ['a', false],
      ] as const) {
        const target = await findTarget(log, modes, name, `E:${offset}`);
        if (!target) throw new Error('no target');
        const acked = reactions.react(target, { user: adaBy, name: reaction, on });
        await waitFor(() => {
          clock.advance(250);
          return expect(
            Promise.race([acked, Promise.reject(new Error('not yet'))]),
          ).resolves.toBeDefined();
        });
      }
      const range = { first: offset, last: offset, types: ['reacted'] };
      const [newest] = await log.changes(name, range);
      const { json } = JSON.parse(newest?.data ?? '') as { json: Reacted };
      return json.reactions.map((one) => `${one.name}${one.count}`).join(' ');
    };
    expect(await outcome('one')).toBe('b1');
    expect(await outcome('each')).toBe('b1');
    expect(await outcome('often')).toBe('b2');
  });

  it('names others where one of the first has taken his back', async () => {
    const { ada, as } = await people();
    const { position: target } = await ada.send.mutate({ room, text: 'a' });
    for (let index = 0; index < 7; index += 1) {
      const user = await as(`u${index}`);
      void user.react.mutate({ room, target, name: '+1', on: true });
    }
    await waitFor(async () => expect((await summaries(ada)).at(-1)?.[0]?.count).toBe(7));
    const first = (await summaries(ada)).at(-1)?.[0]?.users[0]?.id ?? '';
    await (await as(first)).react.mutate({ room, target, name: '+1', on: false });
    const last = (await summaries(ada)).at(-1)?.[0];
    expect(last).toMatchObject({ count: 6 });
    expect(last?.users).toHaveLength(5);
    expect(new Set(last?.users.map(({ id }) => id)).size).toBe(5);
    expect(last?.users.map(({ id }) => id)).not.toContain(first);
  });

  it('[LOG5] is forgotten with the message that is removed', async () => {
    const { ada, bob } = await people();
    const { position: target } = await ada.send.mutate({ room, text: 'a' });
    await bob.react.mutate({ room, target, name: '+1', on: true });
    const late = bob.react.mutate({ room, target, name: '+2', on: true });
    const outcome = late.catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await ada.remove.mutate({ room, target });
    expect(await outcome).toMatchObject(refusal('EVENT_REMOVED'));
    await expect(bob.react.mutate({ room, target, name: '+1', on: true })).rejects.toMatchObject(
      refusal('EVENT_REMOVED'),
    );
  });
});

describe('bad reactions', () => {
  it('to what is not there, or of a strange form, are refused and leave no trace', async () => {
    const { ada } = await people();
    const { position: target } = await ada.send.mutate({ room, text: 'a' });
    const react = (name: string, at = target) =>
      ada.react.mutate({ room, target: at, name, on: true });
    const nowhere = target.replace(/1$/, '9');
    await expect(react('+1', nowhere)).rejects.toMatchObject(refusal('NO_SUCH_EVENT'));
    await expect(react('+1', 'other:1')).rejects.toMatchObject(refusal('STALE_POSITION'));
    for (const name of ['', 'x'.repeat(65), 'a b', 'a\u0000', '\u202Eevil', '\uD800', 'a\nb']) {
      await expect(react(name)).rejects.toMatchObject(refusal('BAD_INPUT'));
    }
    expect((await ada.history.query({ room })).events).toHaveLength(1);
  });

  it('beyond the bound on different names are refused', async () => {
    const { ada } = await people();
    const { position: target } = await ada.send.mutate({ room, text: 'a' });
    const names = Array.from({ length: limits.reactionNames }, (_, index) => `n${index}`);
    const react = (name: string) => ada.react.mutate({ room, target, name, on: true });
    await Promise.all(names.map(react));
    await expect(react('more')).rejects.toMatchObject(refusal('BAD_INPUT'));
    for (const name of ['__proto__', 'constructor']) {
      await ada.react.mutate({ room, target, name: names.pop() ?? '', on: false });
      await react(name);
    }
    const last = (await summaries(ada)).at(-1);
    expect(last?.map((one) => one.name)).toContain('__proto__');
    expect(last).toHaveLength(limits.reactionNames);
  });

  it('[MSG3] that are taken back at once are told as taken back', async () => {
    const [log, clock] = [memoryLog(), manualClock()];
    const reactions = new Reactions(log, createMemoryRecords(), clock);
    const entry = { room: general, type: 'message', data: '{"json":{"text":"a"}}', by: adaBy };
    await log.append({ ...entry, at: clock.now() });
    // Both were read before anything was told.
    const target = await findTarget(log, chat, general, 'E:1');
    if (!target) throw new Error('no target');
    for (const on of [true, false]) {
      const acked = reactions.react(target, { user: adaBy, name: '+1', on });
      await settle();
      clock.advance(250);
      await acked;
    }
    const { events } = await log.read(general, { after: 1, limit: 9 });
    const counts = events.map(({ data }) => JSON.stringify(data).includes('+1'));
    expect(counts).toEqual([true, false]);
  });

  it('do not leave records of messages that are kept no more', async () => {
    const log = memoryLog({ maxEvents: 6, maxAgeMs: Number.MAX_SAFE_INTEGER });
    const [records, clock] = [createMemoryRecords(), manualClock()];
    const reactions = new Reactions(log, records, clock);
    for (let index = 0; index < 40; index += 1) {
      const entry = { room: general, type: 'message', data: '{"json":{"text":"a"}}', by: adaBy };
      const { offset } = await log.append({ ...entry, at: clock.now() });
      const target = await findTarget(log, chat, general, `E:${offset}`);
      if (!target) throw new Error('no target');
      const acked = reactions.react(target, { user: adaBy, name: '+1', on: true });
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(250);
      await acked;
    }
    expect((await records.list('room/chat/general')).length).toBeLessThan(20);
  });
});
