import type { Contract } from '../../shared/index.ts';
import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock.ts';
import type { RoomLog, RoomName } from '../log/room-log.ts';
import type { Presence } from '../presence/presence.ts';
import type { Records } from '../records/records.ts';
import type { News } from './facts.ts';
import { createFounding, type Founding } from './founding.ts';
import { createGoverning, type Governing } from './governing.ts';
import { createJoining, type Joining } from './joining.ts';
import { createListing, type Listing } from './listing.ts';
import { Memberships } from './memberships.ts';
import { asMember } from './right.ts';
import { RoomBook } from './room-book.ts';
import { createServerMembership, type ServerMembership } from './server-membership.ts';
import { Turns } from './turns.ts';
import { takeOver } from './taking-over.ts';

/** What the rooms of one kind with membership can have done to them. */
export interface KeptKind {
  readonly founding: Founding;
  readonly joining: Joining;
  readonly governing: Governing;
  readonly listing: Listing;
}

/** Who belongs where, of all kinds that have membership. */
export interface RoomKeeping {
  readonly memberships: Memberships;
  readonly book: RoomBook;
  of(kind: string): KeptKind;
  /** The same for the server's own code. */
  forServer(kind: string): ServerMembership;
  /** Nothing more is told from here on. */
  close(): void;
}

/** Puts its parts together. */
export function createRoomKeeping(options: {
  readonly contract: Contract;
  readonly records: Records;
  readonly log: RoomLog;
  readonly presence: Presence;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly publish: (news: News) => Promise<unknown>;
  readonly onError: (error: unknown) => void;
}): RoomKeeping {
  const { records, log, presence, clock, newId } = options;
  const book = new RoomBook(options);
  const turns = new Turns();
  const memberships = new Memberships({ ...options, onNews: (room) => book.tell(room) });
  const stop = takeOver({ records, clock, tell: (room) => book.tell(room) });
  const isInUse = async (room: RoomName, userId: string) => {
    const [{ head }, users] = [await log.bounds(room), await presence.snapshot(room)];
    return head > 0 || users.some(({ id }) => id !== userId);
  };
  const partsOf = (kind: string) => ({ kind, book, records, clock, turns, newId, right: asMember });
  return {
    memberships,
    book,
    close: () => {
      stop();
      book.close();
    },
    of: (kind) => {
      const parts = partsOf(kind);
      return {
        founding: createFounding({ ...parts, isInUse }),
        joining: createJoining(parts),
        governing: createGoverning(parts),
        listing: createListing(parts),
      };
    },
    forServer: (kind) => createServerMembership(partsOf(kind)),
  };
}
