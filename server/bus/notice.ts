import type { RevokedReason, UnreadFrame } from '../../shared/index.ts';
import type { RoomName } from '../log/room-log.ts';

/** Whose feeds of a room end, and why (AUT1). */
export interface Revocation {
  readonly who: 'all' | { readonly only: string } | { readonly except: readonly string[] };
  readonly reason: RevokedReason;
}

/** What concerns one user of a room alone, on all his devices. */
export interface OwnNotice {
  readonly userId: string;
  readonly frame: UnreadFrame;
}

/** Which tokens of a user count no more (AUT2). */
export interface SignedOut {
  readonly userId: string;
  /** Those that were issued before this moment, in milliseconds since 1970. */
  readonly before: number;
}

/** Word to every node, this one included: that a room lets others do other things than before, that one of its
 *  users has something to hear, or, in the room that is a user's own stream, that he was signed out. */
export interface Notice {
  readonly room: RoomName;
  readonly signedOut?: SignedOut | undefined;
  readonly revoked?: Revocation | undefined;
  readonly own?: OwnNotice | undefined;
}

/** Is a user among those meant? */
export function isMeant({ who }: Revocation, userId: string): boolean {
  if (who === 'all') return true;
  return 'only' in who ? who.only === userId : !who.except.includes(userId);
}
