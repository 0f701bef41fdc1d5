import { MEMBERSHIP_PROCEDURES, type MembershipProcedures } from '../shared/index.ts';
import { ask, type AskOptions } from './ask.ts';
import { newKey as timeOrderedKey } from './new-key.ts';

/** What one may do with the rooms of a kind that has membership, as its procedures say: `create`, `direct`,
 *  `invite`, `accept`, `decline`, `leaveRoom`, `removeMember`, `setRole`, `rename`, `close`, `mine`,
 *  `invitations`, `roster`. Each is asked now, and waited for 30 s at most. @throws RoomError */
export type MembershipCalls = {
  readonly [P in keyof MembershipProcedures]: (
    input: MembershipProcedures[P]['input'],
  ) => Promise<MembershipProcedures[P]['output']>;
};

/** One procedure as a tRPC client has it: one of the two. */
interface Asked {
  readonly query: (input: unknown, how: { signal: AbortSignal }) => Promise<unknown>;
  readonly mutate: (input: unknown, how: { signal: AbortSignal }) => Promise<unknown>;
}

const QUERIES: readonly string[] = [
  'mine',
  'invitations',
  'roster',
] satisfies readonly (keyof MembershipProcedures)[];

/** Makes them over a kind's branch of a tRPC client. */
export function membershipCalls(
  branch: unknown,
  options: AskOptions & { readonly newKey?: () => string },
): MembershipCalls {
  // The branch of a client whose contract says that the kind has membership.
  const procedures = branch as Readonly<Record<keyof MembershipProcedures, Asked>>;
  const { newKey = timeOrderedKey } = options;
  const calls = MEMBERSHIP_PROCEDURES.map((name) => {
    const call = (given: unknown) => {
      // With a key of its own a call that is made twice makes one room.
      const input = name === 'create' ? { idempotencyKey: newKey(), ...(given as object) } : given;
      const procedure = procedures[name];
      return ask(options, (how) =>
        QUERIES.includes(name) ? procedure.query(input, how) : procedure.mutate(input, how),
      );
    };
    return [name, call] as const;
  });
  // One of each name, typed as the procedures are.
  return Object.fromEntries(calls) as unknown as MembershipCalls;
}
