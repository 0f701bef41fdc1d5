import { describe, expect, it } from 'vitest';
import { signToken } from '../../server/index.ts';
import { HOUR, type MyRoom, type RosterEntry } from '../../shared/index.ts';
import { callsAs } from '../kit/rooms-api.ts';
import { serverProcess } from '../kit/server-process.ts';
import { tempDir } from '../kit/temp-dir.ts';

const SECRET = 'a secret of at least thirty-two characters';
const token = (id: string) => signToken(SECRET, { id, name: id, expiresAt: Date.now() + HOUR });

interface Events {
  readonly events: { readonly type: string; readonly data: Record<string, unknown> }[];
}

describe('a server that is killed', () => {
  it('has every change of a room that it has answered, and says so to everybody once', async () => {
    const env = { DATA_DIR: tempDir(), AUTH_SECRET: SECRET, LIMITS: 'off' };
    const joined: string[] = [];
    let room = '';
    for (let life = 0; life < 3; life += 1) {
      const server = await serverProcess(env);
      const as = callsAs({ ...server, token });
      if (life === 0) room = (await as('ada', 'create', { title: 'Plans', private: true })).room;
      const joining = [0, 1, 2, 3].map(async (lane) => {
        for (let n = 0; ; n += 1) {
          const user = `u${life}-${lane}-${n}`;
          await as('ada', 'invite', { room, user });
          await as(user, 'accept', { room });
          joined.push(user);
        }
      });
      const ended = Promise.allSettled(joining);
      const goal = joined.length + 20;
      while (joined.length < goal) await new Promise((resolve) => setTimeout(resolve, 5));
      await server.stop('SIGKILL');
      await ended;
    }

    const as = callsAs({ ...(await serverProcess(env)), token });
    const members = new Set<string>();
    type Roster = { members: RosterEntry[]; count: number; hasMore: boolean };
    let page: Roster | undefined;
    do {
      const after: string | undefined = page?.members.at(-1)?.id;
      page = await as<Roster>('ada', 'roster', { room, limit: 100, ...(after && { after }) });
      for (const { id } of page.members) members.add(id);
    } while (page.hasMore);
    expect(members.size).toBe(page.count);
    for (const user of joined) expect(members.has(user), user).toBe(true);
    for (const user of joined.slice(-5)) {
      const { rooms } = await as<{ rooms: MyRoom[] }>(user, 'mine', {});
      expect(rooms).toMatchObject([{ room, role: 'member', title: 'Plans' }]);
      const { events } = await as<Events>(user, 'me.history', {});
      expect(events.map(({ type }) => type)).toEqual(['invitation', 'joined']);
    }
    // Whoever is in has been announced, also where the server died in between.
    const told: string[] = [];
    let before: string | undefined;
    for (;;) {
      const input: object = { room, limit: 200, ...(before && { before }) };
      const history: Events & { hasMore: boolean } = await as('ada', 'history', input);
      for (const { type, data } of history.events) {
        if (type === 'joined') told.push((data['user'] as { id: string }).id);
      }
      before = (history.events[0] as { position?: string } | undefined)?.position;
      if (!history.hasMore) break;
    }
    expect(told.toSorted()).toEqual([...members].filter((id) => id !== 'ada').toSorted());
  });
});
