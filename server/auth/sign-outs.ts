import { RoomError } from '../../shared/index.ts';
import type { Bus } from '../bus/bus.ts';
import type { SignedOut } from '../bus/notice.ts';
import type { Clock } from '../clock.ts';
import { userPartition, type Records } from '../records/records.ts';
import { meRoom } from '../rooms/me-room.ts';
import { demandUserId } from '../rooms/room-id.ts';
import type { User } from './user.ts';

/** Whom somebody has let in by their tokens. */
export interface LetIn {
  users(): Iterable<User>;
  /** Ends what the user reached by tokens that count no more. */
  end(signedOut: SignedOut): void;
}

/** Tokens that count no more, although they have not ended (AUT2). */
export interface SignOuts {
  /** Has the tokens of a user count no more that were issued before `issuedBefore` (default: now) or within its
   *  second, since tokens tell time in seconds, or that do not say when; on all nodes within a second. Resolves
   *  when tokens issued from then on count, which is within a second too.
   *  @throws RoomError BAD_INPUT for a time to come, LOG_UNAVAILABLE: call again, it may have been done in part */
  signOut(userId: string, options?: { issuedBefore?: Date }): Promise<SignedOut>;

  /** Does the token still count that this user showed? Whoever lets him in for longer than one call asks when
   *  `follow` can already end it. @throws RoomError TOKEN_REFUSED, LOG_UNAVAILABLE */
  check(user: User): Promise<void>;

  /** Ends, from now on, what users of `letIn` reached by tokens that count no more. Returns the undo. */
  follow(letIn: LetIn): () => void;

  /** Follows no more. */
  close(): void;
}

const SIGNED_OUT = 'signed-out';
const SECOND = 1_000;
// Users who are asked after at once.
const AT_ONCE = 100;
const AGAIN_MS = 1_000;

/** Keeps them as records of the users, and tells all nodes of new ones. */
export function createSignOuts({
  records,
  bus,
  clock,
}: {
  readonly records: Records;
  readonly bus: Bus;
  readonly clock: Clock;
}): SignOuts {
  const stored = async (userId: string) => {
    const record = await records.read(userPartition(userId), SIGNED_OUT);
    return { before: Number(record?.value ?? 0), version: record?.version ?? 0 };
  };

  /** Tokens that were refused once stay so: the latest of all times stands. */
  const store = async ({ userId, before }: SignedOut): Promise<void> => {
    const { before: known, version } = await stored(userId);
    if (known >= before) return;
    const change = { key: SIGNED_OUT, value: String(before), expected: version };
    if (!(await records.write(userPartition(userId), [change]))) await store({ userId, before });
  };

  const signOut: SignOuts['signOut'] = async (userId, { issuedBefore } = {}) => {
    demandUserId(userId);
    const now = clock.now();
    const at = issuedBefore?.getTime() ?? now;
    // Not `at > now`: a date that is none compares as false.
    if (!(at <= now)) throw new RoomError('BAD_INPUT', 'issuedBefore must be a time that was');
    const signedOut = { userId, before: (Math.floor(at / SECOND) + 1) * SECOND };
    await store(signedOut);
    await bus.announce({ room: meRoom(userId), signedOut });
    await passed(signedOut.before, clock);
    return signedOut;
  };

  const check: SignOuts['check'] = async (user) => {
    const { before } = await stored(user.id);
    if (isSignedOut(user, { userId: user.id, before })) {
      throw new RoomError('TOKEN_REFUSED', 'the token was refused: its user has been signed out');
    }
  };

  const following = new Set<LetIn>();
  const askAgain = async (letIn: LetIn): Promise<void> => {
    const ids = [...new Set([...letIn.users()].map(({ id }) => id))];
    while (ids.length > 0 && following.has(letIn)) {
      const some = ids.slice(-AT_ONCE);
      try {
        const found = await Promise.all(some.map(async (id) => ({ id, ...(await stored(id)) })));
        for (const { id: userId, before } of found) letIn.end({ userId, before });
        ids.splice(-AT_ONCE);
      } catch {
        // Whose calls fail hears of it by each of them.
        await passed(clock.now() + AGAIN_MS, clock);
      }
    }
  };

  return {
    signOut,
    check,
    follow: (letIn) => {
      following.add(letIn);
      const unhear = bus.onNotice(
        ({ signedOut }) => {
          if (signedOut) letIn.end(signedOut);
        },
        () => void askAgain(letIn),
      );
      return () => {
        following.delete(letIn);
        unhear();
      };
    },
    close: () => following.clear(),
  };
}

/** Was the token of a user issued too early, or does it not say when? */
export function isSignedOut({ id, issuedAt = 0 }: User, { userId, before }: SignedOut): boolean {
  return id === userId && issuedAt < before;
}

async function passed(at: number, clock: Clock): Promise<void> {
  // Not once: timers go by another clock, and may be early by this one.
  for (let left = at - clock.now(); left > 0; left = at - clock.now()) {
    const wait = left;
    await new Promise<void>((resolve) => clock.after(wait, resolve));
  }
}
