import type { z } from 'zod';
import type { By } from '../../shared/index.ts';
import { membershipInputs as inputs } from '../../shared/membership.ts';
import { shownOf } from '../auth/user.ts';
import type { KeptKind } from '../membership/room-keeping.ts';
import type { Gate, RoomDeed } from '../rooms/gate.ts';
import { userCall } from './trpc.ts';

/** The procedures of a kind that has membership. Each asks the gate first, as everything does; what only some
 *  members may do is decided where the room's state is. */
export function membershipRouter(kept: KeptKind, gate: Gate, now: () => number): object {
  const { founding, joining, governing, listing } = kept;
  /** A change of a room, which its input names. */
  const change = <Input extends { readonly room: string }, Out>(
    deed: RoomDeed,
    input: z.ZodType<Input>,
    run: (actor: By, input: Input) => Promise<Out>,
  ) =>
    userCall(now, {
      type: 'mutation',
      input,
      run: async (caller, given) => {
        await gate.admit(caller, given.room, deed, NOTICED.has(deed) ? 'notice' : 'publish');
        return run(shownOf(caller.user), given);
      },
    });

  return {
    create: userCall(now, {
      type: 'mutation',
      input: inputs.create,
      run: async (caller, input) => {
        await gate.admit(caller, input.id ?? NEW_ROOM, 'create');
        return founding.create(shownOf(caller.user), input);
      },
    }),
    direct: userCall(now, {
      type: 'mutation',
      input: inputs.direct,
      run: async (caller, { user }) => {
        await gate.admit(caller, user, 'direct', 'notice');
        return founding.direct(shownOf(caller.user), user);
      },
    }),
    invite: change('invite', inputs.invite, joining.invite),
    accept: change('accept', inputs.accept, (actor, { room }) => joining.accept(actor, room)),
    decline: change('decline', inputs.decline, (actor, { room }) => joining.decline(actor, room)),
    leaveRoom: change('leaveRoom', inputs.leaveRoom, (actor, { room }) =>
      governing.leaveRoom(actor, room),
    ),
    removeMember: change('removeMember', inputs.removeMember, governing.removeMember),
    setRole: change('setRole', inputs.setRole, governing.setRole),
    rename: change('rename', inputs.rename, governing.rename),
    close: change('close', inputs.close, (actor, { room }) => governing.close(actor, room)),
    mine: userCall(now, {
      type: 'query',
      input: inputs.mine,
      run: ({ user }, page) => listing.mine(shownOf(user), page ?? {}),
    }),
    invitations: userCall(now, {
      type: 'query',
      input: inputs.invitations,
      run: ({ user }, page) => listing.invitations(shownOf(user), page ?? {}),
    }),
    roster: userCall(now, {
      type: 'query',
      input: inputs.roster,
      run: async (caller, { room, ...page }) => {
        await gate.ask(caller, room, 'roster');
        return listing.roster(room, page);
      },
    }),
  };
}

// What somebody else hears of in his private stream.
const NOTICED = new Set<RoomDeed>(['invite', 'removeMember']);

// What a policy is asked about a room whose id the server has yet to make. No room has this name.
const NEW_ROOM = '~';
