import { describe, expect, it } from 'vitest';
import type { RoomLog, StoredEvent } from '../../server/log/room-log.ts';
import { openedLogs } from '../kit/opened-logs.ts';
import { entry, room } from './room-log-contract.ts';

/** What every form of the log tells of what it appends itself. `create` gives an empty one. */
export function logWitnessContract(name: string, create: () => Promise<RoomLog>): void {
  describe(`${name} log, what it tells`, () => {
    const open = openedLogs(create);

    it('[SRV2] tells witnesses of what is appended in all rooms of their kind, in order, before it resolves', async () => {
      const log = await open();
      const heard = new Map<string, number[]>();
      log.witness('chat', (id, { offset }) => heard.set(id, [...(heard.get(id) ?? []), offset]));
      log.follow({ kind: 'chat', id: 'r1' }, () => {});
      const appending = Array.from({ length: 200 }, async (_, index) => {
        const here = { kind: index % 4 === 3 ? 'long' : 'chat', id: `r${index % 4}` };
        const { offset } = await log.append(entry(`n${index}`, { room: here }));
        if (here.kind === 'chat') expect(heard.get(here.id)).toContain(offset);
      });
      await Promise.all(appending);
      const all = Array.from({ length: 50 }, (_, index) => index + 1);
      expect(Object.fromEntries(heard)).toEqual({ r0: all, r1: all, r2: all });
    });

    it('[LOG2] [SRV2] tells of what is appended by whoever is told of another, behind that', async () => {
      const log = await open();
      const appending: Promise<unknown>[] = [];
      const heard: Record<string, number[]> = { first: [], last: [], seen: [], later: [] };
      const hear = (who: string, offset: number, text: string) => {
        heard[who]?.push(offset);
        if (offset < 3) appending.push(log.append(entry(text)));
      };
      log.follow(room, (events) => events.forEach(({ offset }) => hear('first', offset, 'bot')));
      log.follow(room, (events) => heard['last']?.push(...events.map(({ offset }) => offset)));
      log.witness('chat', (_, { offset }) => hear('seen', offset, 'hook'));
      log.witness('chat', (_, { offset }) => heard['later']?.push(offset));
      await log.append(entry('a'));
      for (const append of appending) await append;
      await log.append(entry('z'));
      const { head } = await log.bounds(room);
      const all = Array.from({ length: head }, (_, index) => index + 1);
      expect(head).toBeGreaterThan(4);
      for (const offsets of Object.values(heard)) expect(offsets).toEqual(all);
    });

    it('[SRV2] gives witnesses the event that it reads back, and no repeat, nor what it refuses', async () => {
      const log = await open();
      const heard: StoredEvent[] = [];
      const epochs: string[] = [];
      log.witness('chat', (_, event, epoch) => {
        heard.push(event);
        epochs.push(epoch);
      });
      await log.append(entry('a', { idempotencyKey: 'k' }));
      await log.append(entry('a', { idempotencyKey: 'k' }));
      await expect(log.append(entry('b', { idempotencyKey: 'k' }))).rejects.toThrow();
      const guard = { types: ['edited'], version: 7 };
      await expect(log.append(entry('c', { about: 1, guard }))).rejects.toThrow();
      const once = { type: 'edited', about: 1, once: true };
      await log.append(entry('d', once));
      await log.append(entry('e', once));
      const { events, epoch } = await log.read(room, { after: 0, limit: 9 });
      expect(heard).toEqual(events);
      expect(epochs).toEqual([epoch, epoch]);
    });

    it('[SRV2] tells a witness nothing any more after its undo, and the others all the same', async () => {
      const log = await open();
      const heard: string[] = [];
      const witness = (who: string) => (_: string, event: StoredEvent) => {
        heard.push(`${who}${event.offset}`);
        if (who === 'a') stop();
      };
      const same = witness('b');
      const stop = log.witness('chat', witness('a'));
      log.witness('chat', same);
      const stopOne = log.witness('chat', same);
      await Promise.all([log.append(entry('1')), log.append(entry('2'))]);
      stopOne();
      stopOne();
      await log.append(entry('3'));
      expect(heard).toEqual(['a1', 'b1', 'b1', 'b2', 'b2', 'b3']);
    });
  });
}
