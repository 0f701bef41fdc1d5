import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../server/bus/memory-bus.ts';
import { createMemoryRecords } from '../../server/records/memory-records.ts';
import { ReadMarks } from '../../server/reading/read-marks.ts';
import { chat, limits } from '../../shared/index.ts';
import { follow } from '../kit/clients.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { people, refusal } from '../kit/chatters.ts';
import { ada as adaBy, bob as bobBy, general, memoryLog } from '../kit/rooms.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { waitFor } from '../kit/wait-for.ts';

const room = 'r';

describe('reading', () => {
  it('counts what others have said since, and not what was removed', async () => {
    const { ada, bob } = await people();
    const first = await bob.send.mutate({ room, text: 'a' });
    const second = await bob.send.mutate({ room, text: 'b' });
    await ada.send.mutate({ room, text: 'mine' });
    const unread = async () => (await ada.unread.query({ rooms: [room] })).rooms[0];
    const to = (offset: number) => first.position.replace(/1$/, `${offset}`);
    expect(await unread()).toEqual({ room, version: 0, unread: 2, to: to(3) });
    const state = await ada.markRead.mutate({ room, position: first.position });
    expect(state).toEqual({ ...(await unread()), position: first.position, version: 0, unread: 1 });
    expect(await unread()).toEqual(state);
    await bob.edit.mutate({ room, target: first.position, data: { text: 'a2' } });
    expect(await unread()).toMatchObject({ unread: 1 });
    await bob.remove.mutate({ room, target: second.position });
    expect(await unread()).toMatchObject({ unread: 0 });
  });

  it('only moves on, whatever order devices say it in, until something is marked unread', async () => {
    const { ada, bob, as } = await people();
    const sent = [];
    for (const text of ['a', 'b', 'c']) sent.push(await bob.send.mutate({ room, text }));
    const [first, second, third] = sent.map(({ position }) => position);
    const laptop = await as('ada');
    const both = await Promise.all([
      ada.markRead.mutate({ room, position: third ?? '' }),
      laptop.markRead.mutate({ room, position: first ?? '' }),
    ]);
    expect(await ada.markRead.mutate({ room, position: first ?? '' })).toMatchObject({
      position: third,
      unread: 0,
    });
    const back = await laptop.markUnread.mutate({ room, position: second ?? '' });
    expect(back).toEqual({ room, position: first, version: 1, unread: 2, to: third });
    // What a device says that has not heard of it comes too late.
    const late = { room, position: third ?? '', version: both[0].version };
    expect(await ada.markRead.mutate(late)).toEqual(back);
    expect(await ada.markRead.mutate({ ...late, version: 1 })).toMatchObject({ unread: 0 });
  });

  it('is forgotten of whoever has no place in the room any more', async () => {
    const { ada, bob, as } = await people();
    const { room: club } = await ada.create.mutate({ private: true });
    for (const id of ['bob', 'cy']) await ada.invite.mutate({ room: club, user: id });
    const cy = await as('cy');
    await bob.accept.mutate({ room: club });
    await cy.accept.mutate({ room: club });
    const { position } = await ada.send.mutate({ room: club, text: 'a' });
    for (const one of [bob, cy]) await one.markRead.mutate({ room: club, position });
    const readers = async () =>
      (await ada.receipts.query({ room: club })).readers?.map(({ user }) => user.id).toSorted();
    expect(await readers()).toEqual(['bob', 'cy']);
    await ada.removeMember.mutate({ room: club, user: 'bob', ban: false });
    expect(await readers()).toEqual(['cy']);
    await cy.leaveRoom.mutate({ room: club });
    expect(await readers()).toEqual([]);
  });

  it('is told to all devices of the user in the room, and to nobody else', async () => {
    const { ada, bob, clientOf } = await people();
    const { position } = await bob.send.mutate({ room, text: 'a' });
    const [phone, laptop, other] = [
      await follow(await clientOf('ada'), room),
      await follow(await clientOf('ada'), room),
      await follow(await clientOf('bob'), room),
    ];
    await ada.markRead.mutate({ room, position });
    const told = { type: 'unread', position, version: 0, unread: 0, to: position };
    for (const { frames } of [phone, laptop]) {
      await waitFor(() => expect(frames.map(({ data }) => data)).toContainEqual(told));
    }
    // The next thing that everybody hears comes after it.
    await bob.send.mutate({ room, text: 'b' });
    await waitFor(() => expect(other.texts()).toEqual(['b']));
    expect(other.frames.map(({ data }) => data.type)).not.toContain('unread');
    const ids = phone.frames.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is seen by others in small rooms: live, and by those who come later', async () => {
    const { ada, bob, clientOf } = await people();
    const { position } = await bob.send.mutate({ room, text: 'a' });
    const live = await follow(await clientOf('bob'), room);
    await ada.markRead.mutate({ room, position });
    const event = { type: 'read', by: { id: 'ada' }, data: { position } };
    await waitFor(() => {
      const events = live.frames.flatMap(({ data }) => (data.type === 'event' ? [data.event] : []));
      expect(events).toContainEqual(expect.objectContaining({ data: { position }, type: 'read' }));
      expect(events.at(-1)).toMatchObject(event);
    });
    expect(await bob.receipts.query({ room, position })).toEqual({
      room,
      readers: [{ user: { id: 'ada', name: 'ada' }, position }],
      count: 1,
    });
    expect(await bob.receipts.query({ room: 'other' })).toEqual({
      room: 'other',
      readers: [],
      count: 0,
    });
  });

  it('is only counted where more than 100 have read', async () => {
    const { server, bob } = await people();
    const { position } = await bob.send.mutate({ room, text: 'a' });
    const second = await bob.send.mutate({ room, text: 'b' });
    const reading = Array.from({ length: limits.receiptReaders + 5 }, async (_, index) => {
      const token = await server.token(`u${index}`);
      const at = index < 10 ? second.position : position;
      await fetch(`${server.url}/trpc/chat.markRead`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ json: { room, position: at } }),
      });
    });
    await Promise.all(reading);
    const all = await bob.receipts.query({ room });
    expect(all).toEqual({ room, count: limits.receiptReaders + 5 });
    expect((await bob.receipts.query({ room, position: second.position })).count).toBe(10);
  });

  it('survives a restart', async () => {
    const dataDir = tempDir();
    const before = await people({ dataDir });
    const { position } = await before.bob.send.mutate({ room, text: 'a' });
    await before.bob.send.mutate({ room, text: 'b' });
    const state = await before.ada.markRead.mutate({ room, position });
    await before.server.close();
    const after = await people({ dataDir });
    expect((await after.ada.unread.query({ rooms: [room] })).rooms).toEqual([state]);
  });

  it('[AUT1] is asked of the policy, and rooms that are not for the user are left out of his list', async () => {
    const { ada } = await people({
      authorize: ({ room: { id }, action }) => action !== 'read' || id !== 'secret',
    });
    const answer = await ada.unread.query({ rooms: ['a', 'secret', 'b'] });
    expect(answer.me).toBe('ada');
    expect(answer.rooms.map((one) => one.room)).toEqual(['a', 'b']);
    const { position } = await ada.send.mutate({ room: 'secret', text: 'a' });
    for (const call of [
      ada.markRead.mutate({ room: 'secret', position }),
      ada.markUnread.mutate({ room: 'secret', position }),
      ada.receipts.query({ room: 'secret' }),
    ]) {
      await expect(call).rejects.toMatchObject(refusal('FORBIDDEN'));
    }
  });

  it('refuses the future, other epochs and what is no position, and leaves no trace', async () => {
    const { ada, bob } = await people();
    const { position } = await bob.send.mutate({ room, text: 'a' });
    const cases = [
      [position.replace(/1$/, '2'), 'NO_SUCH_EVENT'],
      ['other:1', 'STALE_POSITION'],
      ['nowhere', 'BAD_INPUT'],
      ['x'.repeat(200), 'BAD_INPUT'],
    ] as const;
    for (const [at, reason] of cases) {
      const read = ada.markRead.mutate({ room, position: at });
      await expect(read).rejects.toMatchObject(refusal(reason));
      const unread = ada.markUnread.mutate({ room, position: at });
      await expect(unread).rejects.toMatchObject(refusal(reason));
    }
    const zero = position.replace(/1$/, '0');
    const back = ada.markUnread.mutate({ room, position: zero });
    await expect(back).rejects.toMatchObject(refusal('NO_SUCH_EVENT'));
    const many = Array.from({ length: limits.unreadRooms + 1 }, (_, index) => `r${index}`);
    const asking = ada.unread.query({ rooms: many });
    await expect(asking).rejects.toMatchObject(refusal('BAD_INPUT'));
    expect(await ada.receipts.query({ room })).toMatchObject({ readers: [], count: 0 });
    expect((await ada.unread.query({ rooms: [room] })).rooms).toEqual([
      { room, version: 0, unread: 1, to: position },
    ]);
  });
});

describe('what is unread', () => {
  it('is a recount of the log, whatever was said, removed, read and marked unread', async () => {
    const step = fc.record({
      what: fc.constantFrom('say', 'say', 'answer', 'remove', 'read', 'unread', 'trim'),
      by: fc.constantFrom(adaBy, bobBy),
      at: fc.nat(),
      version: fc.option(fc.nat(2), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const log = memoryLog({ maxEvents: 15, maxAgeMs: Number.MAX_SAFE_INTEGER });
        const hub = {
          publish: async () => {
            throw new Error('no time passes here');
          },
          members: async () => ({ room: general.id, users: [], count: 0, version: 0 }),
        };
        const records = createMemoryRecords();
        const onError = (error: unknown) => {
          throw error;
        };
        const bus = createMemoryBus();
        const marks = new ReadMarks({ log, records, hub, bus, clock: manualClock(), onError });
        // Read to here; of marks that go on from another version nothing comes.
        let [readTo, version] = [0, 0];
        for (const { what, by, at, version: known } of steps) {
          const { head } = await log.bounds(general);
          const target = head === 0 ? 0 : 1 + (at % head);
          const entry = { room: general, type: 'message', data: '{"json":1}', by, at: 1 };
          if (what === 'say' || head === 0) await log.append(entry);
          else if (what === 'answer') await log.append({ ...entry, about: target });
          else if (what === 'remove') {
            const removal = { ...entry, type: 'removed', about: target, erases: ['edited'] };
            await log.append(removal);
          } else if (what === 'read') {
            const input = { room: general.id, position: `E:${target}`, version: known };
            await marks.markRead(chat, general, adaBy, input);
            if (known === undefined || known === version) readTo = Math.max(readTo, target);
          } else if (what === 'unread') {
            await marks.markUnread(chat, general, adaBy, `E:${target}`);
            if (readTo >= target) [readTo, version] = [target - 1, version + 1];
          }
          const state = await marks.stateOf(chat, general, adaBy);
          const { events } = await log.read(general, { after: readTo, limit: 1_000 });
          const recount = events.filter(
            (event) => event.type === 'message' && event.by.id !== 'ada' && event.data !== null,
          );
          expect(state).toMatchObject({ unread: recount.length, version });
        }
      }),
    );
  });
});
