import type { Invitation, MyRoom, RosterEntry } from '../../shared/index.ts';
import { startServer } from './clients.ts';
import { callsAs, type As } from './rooms-api.ts';

/** An event as a page of history has it. */
interface Event {
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly by: { readonly id: string };
}

/** A page of a user's rooms. */
export interface Page {
  readonly rooms: readonly MyRoom[];
  readonly hasMore: boolean;
}

/** What a user reads in a room's history. */
export const eventsOf = async (as: As, user: string, room: string) =>
  (await as<{ events: Event[] }>(user, 'history', { room })).events;
/** His rooms. */
export const mineOf = async (as: As, user: string) =>
  (await as<{ rooms: MyRoom[] }>(user, 'mine', {})).rooms;
/** The invitations that wait for him. */
export const invitationsOf = async (as: As, user: string) =>
  (await as<{ invitations: Invitation[] }>(user, 'invitations', {})).invitations;
/** The members of a room, as he is told. */
export const rosterOf = async (as: As, user: string, room: string) =>
  as<{ members: RosterEntry[]; count: number; hasMore: boolean }>(user, 'roster', { room });
/** What his own stream has kept for him. */
export const noticesOf = async (as: As, user: string) =>
  (await as<{ events: Event[] }>(user, 'me.history', {})).events;

/** A server without limits of publishing, and calls to it as anybody. */
export async function stage() {
  const server = await startServer({ publishing: 'off' });
  return { server, as: callsAs(server) };
}

/** Makes a private room and fills it by invitation. Resolves with its id. */
export async function roomOf(as: As, owner: string, ...members: string[]): Promise<string> {
  const { room } = await as(owner, 'create', { title: 'Plans', private: true });
  for (const user of members) {
    await as(owner, 'invite', { room, user });
    await as(user, 'accept', { room });
  }
  return room;
}
