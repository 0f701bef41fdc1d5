import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryRecords } from '../../../server/records/memory-records.ts';
import { RoomError, type By, type Role } from '../../../shared/index.ts';
import { testKeeping } from '../../kit/keeping.ts';

const USERS = ['ada', 'bob', 'cy', 'dan'] as const;
type User = (typeof USERS)[number];

/** A room as one would keep it on paper. */
interface Paper {
  isMade: boolean;
  isClosed: boolean;
  isPrivate: boolean;
  readonly roles: Map<User, Role>;
  readonly invited: Map<User, Role>;
  readonly banned: Set<User>;
}

interface Step {
  readonly what:
    | 'create'
    | 'invite'
    | 'accept'
    | 'decline'
    | 'leave'
    | 'remove'
    | 'ban'
    | 'role'
    | 'close'
    // By the server.
    | 'add'
    | 'takeAway'
    | 'shutOut'
    | 'pardon'
    | 'appoint'
    | 'shut';
  readonly actor: User;
  readonly target: User;
  readonly role: Role;
  readonly isPrivate: boolean;
  /** Which of two nodes is asked. */
  readonly node: 0 | 1;
}

const MANY = ['invite', 'accept', 'role', 'invite', 'accept'] as const;
const FIRST: Step = {
  what: 'create',
  actor: 'ada',
  target: 'ada',
  role: 'owner',
  isPrivate: true,
  node: 0,
};

const step: fc.Arbitrary<Step> = fc.record({
  // Some more often than others: rooms fill faster than they empty.
  what: fc.constantFrom<Step['what'][]>(
    ...MANY,
    ...MANY,
    'create',
    'decline',
    'leave',
    'remove',
    'ban',
    'role',
    'close',
    'add',
    'add',
    'takeAway',
    'shutOut',
    'pardon',
    'appoint',
    'shut',
  ),
  actor: fc.constantFrom(...USERS),
  target: fc.constantFrom(...USERS),
  role: fc.constantFrom<Role>('owner', 'moderator', 'member'),
  isPrivate: fc.boolean(),
  node: fc.constantFrom<0 | 1>(0, 1),
});

const rank = (role: Role | undefined) =>
  role === undefined ? 0 : { member: 1, moderator: 2, owner: 3 }[role];

/** Does it on paper. False: it must be refused. */
function onPaper(room: Paper, { what, actor, target, role, isPrivate }: Step): boolean {
  if (what === 'create') {
    // Asked again by who made it, for the same: it is there.
    if (room.isMade) {
      const isRepeat = actor === 'ada' && room.isPrivate === isPrivate && room.roles.has(actor);
      return isRepeat && !room.isClosed;
    }
    if (actor !== 'ada') return true;
    Object.assign(room, { isMade: true, isPrivate });
    room.roles.set(actor, 'owner');
    return true;
  }
  if (what === 'decline') {
    room.invited.delete(actor);
    return true;
  }
  if (!room.isMade || room.isClosed) return false;
  const own = room.roles.get(actor);
  switch (what) {
    case 'accept': {
      if (own) return true;
      const asked = room.invited.get(actor);
      if (!asked && (room.isPrivate || room.banned.has(actor))) return false;
      room.invited.delete(actor);
      room.roles.set(actor, asked ?? 'member');
      return true;
    }
    case 'invite': {
      const given = below(role);
      if (rank(own) < 2 || rank(own) <= rank(given)) return false;
      if (room.roles.has(target) || room.invited.has(target)) return true;
      room.invited.set(target, given);
      room.banned.delete(target);
      return true;
    }
    case 'leave':
      if (!own || own === 'owner') return false;
      room.roles.delete(actor);
      return true;
    case 'remove':
    case 'ban':
      if (rank(own) < 2 || actor === target || rank(own) <= rank(room.roles.get(target)))
        return false;
      room.roles.delete(target);
      room.invited.delete(target);
      if (what === 'ban') room.banned.add(target);
      return true;
    case 'role':
      if (own !== 'owner' || actor === target || !room.roles.has(target)) return false;
      room.roles.set(target, role);
      if (role === 'owner') room.roles.set(actor, 'moderator');
      return true;
    case 'close':
      if (own !== 'owner') return false;
      room.isClosed = true;
      return true;
    default:
      return onPaperOfTheServer(room, { what, target, role });
  }
}

/** What the server does: nothing of it depends on who it says that it is by. */
function onPaperOfTheServer(
  room: Paper,
  { what, target, role }: Pick<Step, 'what' | 'target' | 'role'>,
): boolean {
  if (what === 'shut') room.isClosed = true;
  if (what === 'pardon') room.banned.delete(target);
  if (what === 'add') {
    if (!room.roles.has(target)) room.roles.set(target, below(role));
    room.invited.delete(target);
    room.banned.delete(target);
  }
  if (what === 'takeAway' || what === 'shutOut') {
    room.roles.delete(target);
    room.invited.delete(target);
    if (what === 'shutOut') room.banned.add(target);
  }
  if (what === 'appoint') {
    if (!room.roles.has(target)) return false;
    for (const [user, old] of room.roles) {
      if (role === 'owner' && old === 'owner') room.roles.set(user, 'moderator');
    }
    room.roles.set(target, role);
  }
  return true;
}

describe('rooms with members', () => {
  it('are, after whatever happens to them on two nodes, what they would be on paper', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }),
        async (steps) => {
          const records = createMemoryRecords();
          const nodes = [testKeeping({ records }), testKeeping({ records })] as const;
          const paper: Paper = {
            isMade: false,
            isClosed: false,
            isPrivate: false,
            roles: new Map(),
            invited: new Map(),
            banned: new Set(),
          };
          for (const one of [FIRST, ...steps]) {
            // Others would make the same id first: whose it is is settled once.
            if (one.what === 'create' && one.actor !== 'ada') continue;
            expect([one, await done(nodes[one.node], one)]).toEqual([one, onPaper(paper, one)]);
          }
          await compare(nodes[0], paper);
          await compare(nodes[1], paper);
        },
      ),
      { numRuns: 300 },
    );
  });
});

async function done(node: ReturnType<typeof testKeeping>, one: Step): Promise<boolean> {
  const { founding, joining, governing } = node.of('chat');
  const actor: By = { id: one.actor, name: one.actor };
  const { target: user } = one;
  const server = node.forServer('chat');
  const { role } = one;
  const person: By = { id: user, name: user };
  const calls = {
    add: () => server.addMember({ room: 'r', user: person, role: below(role), by: actor }),
    takeAway: () => server.removeMember({ room: 'r', user }),
    shutOut: () => server.removeMember({ room: 'r', user, ban: true, by: actor }),
    pardon: () => server.endBan({ room: 'r', user }),
    appoint: () => server.setRole({ room: 'r', user, role, by: actor }),
    shut: () => server.close({ room: 'r' }),
    create: () => founding.create(actor, { id: 'r', private: one.isPrivate }),
    invite: () => joining.invite(actor, { room: 'r', user, role: below(role) }),
    accept: () => joining.accept(actor, 'r'),
    decline: () => joining.decline(actor, 'r'),
    leave: () => governing.leaveRoom(actor, 'r'),
    remove: () => governing.removeMember(actor, { room: 'r', user, ban: false }),
    ban: () => governing.removeMember(actor, { room: 'r', user, ban: true }),
    role: () => governing.setRole(actor, { room: 'r', user, role }),
    close: () => governing.close(actor, 'r'),
  };
  try {
    await calls[one.what]();
    return true;
  } catch (error) {
    if (error instanceof RoomError) return false;
    throw error;
  }
}

/** What somebody may be made without having a room handed over. */
function below(role: Role): 'moderator' | 'member' {
  return role === 'owner' ? 'member' : role;
}

async function compare(node: ReturnType<typeof testKeeping>, paper: Paper): Promise<void> {
  const { facts, isBanned } = await node.book.read({ kind: 'chat', id: 'r' });
  expect(facts !== undefined).toBe(paper.isMade);
  if (!facts) return;
  expect([facts.members, facts.invitations, facts.bans, facts.isClosed]).toEqual([
    paper.roles.size,
    paper.invited.size,
    paper.banned.size,
    paper.isClosed,
  ]);
  const { listing } = node.of('chat');
  for (const id of USERS) {
    const actor = { id, name: id };
    const { rooms } = await listing.mine(actor, {});
    const { invitations } = await listing.invitations(actor, {});
    const role = paper.isClosed ? undefined : paper.roles.get(id);
    expect(rooms.map((room) => room.role)).toEqual(role ? [role] : []);
    const asked = paper.isClosed ? undefined : paper.invited.get(id);
    expect(invitations.map((one) => one.role)).toEqual(asked ? [asked] : []);
    expect(await isBanned(id)).toBe(paper.banned.has(id));
    // What this node remembers may be older only until it hears of the other's change.
    await node.bus.announce({ room: { kind: 'chat', id: 'r' } });
    const seen = await node.memberships.of({ kind: 'chat', id: 'r' }, id);
    expect([seen.role, seen.isBanned]).toEqual([role, !paper.isClosed && paper.banned.has(id)]);
  }
  const owners = [...paper.roles.values()].filter((role) => role === 'owner');
  // Only the server leaves a room without one.
  expect(owners.length).toBeLessThanOrEqual(1);
}
