import type { z } from 'zod';
import type { Contract } from '../../shared/index.ts';
import type { ProcedureDescription } from '../description/procedure.ts';
import type { Words } from '../description/words.ts';
import type { Rooms } from '../server-rooms.ts';

/** What our own backends reach. */
export type ServerRooms = Pick<
  Rooms<Contract>,
  | 'publish'
  | 'latest'
  | 'notify'
  | 'revoke'
  | 'signOut'
  | 'edit'
  | 'remove'
  | 'history'
  | 'members'
  | 'occupied'
  | 'isOnline'
  | 'position'
  | 'membership'
>;

/** What somebody with a server key may do. */
export interface ServerCall extends Words {
  /** What it takes, for documents. */
  readonly input: z.ZodType;
  /** What it is parsed by first. Of the data of events their own schemas decide. */
  readonly envelope: z.ZodType;
  readonly output: z.ZodType;
  readonly example: { readonly input: unknown; readonly output: unknown };
  /** Does it take an idempotency key? */
  readonly takesKey: boolean;
  /** `input`: as the envelope parsed it. */
  run(rooms: ServerRooms, input: unknown): Promise<unknown>;
}

/** One path and method below `/api`. */
export interface Operation {
  readonly method: 'GET' | 'POST';
  /** `/api/chat/rooms/{room}/send`. */
  readonly path: string;
  /** The field of the input that stands in the path. */
  readonly param: 'room' | 'user' | undefined;
  /** The kind that it belongs to. Unset: none. */
  readonly kind: string | undefined;
  /** What users reach. Undefined: it is for server keys alone. */
  readonly procedure: ProcedureDescription | undefined;
  /** What server keys reach. Undefined: it is for users alone. */
  readonly server: ServerCall | undefined;
}
