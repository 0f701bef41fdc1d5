import { z } from 'zod';
import { roomTitle } from './display-name.ts';
import type { By } from './event.ts';
import { limits } from './limits.ts';
import { idempotencyKey, roomId, type Procedure } from './procedures.ts';
import type { Role, Visibility } from './room-news.ts';

/** Ids that the server alone gives: to private rooms whose maker named none, and to direct rooms. One
 *  that does not exist is as closed as one that does: nobody learns which there are. */
export const RESERVED_ROOM_ID = /^[pd]~/;

/** A room that one belongs to. */
export interface MyRoom {
  readonly room: string;
  readonly title?: string;
  readonly visibility: Visibility;
  /** One's own. */
  readonly role: Role;
  /** Since when one belongs to it. */
  readonly since: Date;
  /** Of a direct room: the other one. */
  readonly with?: By;
}

/** An invitation that waits for an answer. */
export interface Invitation {
  readonly room: string;
  readonly title?: string;
  /** What one would be there. */
  readonly role: Role;
  readonly by: By;
  readonly at: Date;
}

/** Somebody who belongs to a room, be he there or not. */
export interface RosterEntry extends By {
  readonly role: Role;
  readonly since: Date;
}

/** Input of what concerns one member of a room. */
export interface MemberInput {
  readonly room: string;
  /** A user id. */
  readonly user: string;
}

/** A page of a list: `after` is the last id of the page before. */
export interface PageInput {
  readonly after?: string | undefined;
  /** 1 to 100, default 50. */
  readonly limit?: number | undefined;
}

/** Input of `create`. */
export interface CreateInput {
  /** Default: the server makes one. */
  readonly id?: string | undefined;
  readonly title?: string | undefined;
  /** Private: for its members only. Otherwise everybody may enter. */
  readonly private: boolean;
  /** A repeat under the same key gives the same room, where the server makes the id. */
  readonly idempotencyKey?: string | undefined;
}

/** What was done, and where. */
export interface Done {
  readonly room: string;
}

interface RoomInput {
  readonly room: string;
}

/** The procedures of a kind that has `membership`. Whoever asks about a room that is not there, or not for
 *  him, gets one answer, whichever it is. */
export interface MembershipProcedures {
  /** Makes a room and its owner. @throws RoomError ROOM_TAKEN, CONFLICT (the key stands for another room),
   *  LIMIT_REACHED */
  create: Procedure<'mutation', CreateInput, MyRoom>;
  /** The one room of two users, whoever of them asks first. */
  direct: Procedure<'mutation', { readonly user: string }, MyRoom>;
  /** Asks somebody to join. Ends a ban. By owner and moderators. @throws RoomError LIMIT_REACHED */
  invite: Procedure<
    'mutation',
    MemberInput & { readonly role?: 'moderator' | 'member' | undefined },
    Done
  >;
  /** Joins: by an invitation, or an open room. @throws RoomError LIMIT_REACHED */
  accept: Procedure<'mutation', RoomInput, MyRoom>;
  /** Whether or not there was an invitation, there is none afterwards. */
  decline: Procedure<'mutation', RoomInput, Done>;
  /** By everybody but the owner. */
  leaveRoom: Procedure<'mutation', RoomInput, Done>;
  /** Takes away a member or an invitation; `ban` keeps the user out as well. By those of a higher role. */
  removeMember: Procedure<'mutation', MemberInput & { readonly ban?: boolean | undefined }, Done>;
  /** By the owner. `owner` hands the room over: the old owner becomes a moderator. */
  setRole: Procedure<'mutation', MemberInput & { readonly role: Role }, Done>;
  /** By owner and moderators. */
  rename: Procedure<'mutation', RoomInput & { readonly title: string }, Done>;
  /** For good, by the owner. */
  close: Procedure<'mutation', RoomInput, Done>;
  /** The rooms that one belongs to, by id, the direct ones last. */
  mine: Procedure<
    'query',
    PageInput | undefined | void,
    { readonly rooms: readonly MyRoom[]; readonly hasMore: boolean }
  >;
  /** The invitations that wait for one's answer, by room id. */
  invitations: Procedure<
    'query',
    PageInput | undefined | void,
    { readonly invitations: readonly Invitation[]; readonly hasMore: boolean }
  >;
  /** Who belongs to a room, by id. For those who may enter it. */
  roster: Procedure<
    'query',
    RoomInput & PageInput,
    { readonly members: readonly RosterEntry[]; readonly count: number; readonly hasMore: boolean }
  >;
}

const room = { room: roomId };
const member = { room: roomId, user: roomId };
const page = {
  after: roomId.optional(),
  limit: z.int().min(1).max(limits.listPageMax).default(limits.listPageDefault),
};

/** Inputs of these procedures, by name. */
export const membershipInputs = {
  create: z.strictObject({
    id: roomId
      .refine((id) => !RESERVED_ROOM_ID.test(id), { error: "ids with p~ and d~ are the server's" })
      .optional(),
    title: roomTitle.optional(),
    private: z.boolean(),
    idempotencyKey,
  }),
  direct: z.strictObject({ user: roomId }),
  invite: z.strictObject({ ...member, role: z.enum(['moderator', 'member']).default('member') }),
  accept: z.strictObject(room),
  decline: z.strictObject(room),
  leaveRoom: z.strictObject(room),
  removeMember: z.strictObject({ ...member, ban: z.boolean().default(false) }),
  setRole: z.strictObject({ ...member, role: z.enum(['owner', 'moderator', 'member']) }),
  rename: z.strictObject({ ...room, title: roomTitle }),
  close: z.strictObject(room),
  mine: z.strictObject(page).nullish(),
  invitations: z.strictObject(page).nullish(),
  roster: z.strictObject({ ...room, ...page }),
};
