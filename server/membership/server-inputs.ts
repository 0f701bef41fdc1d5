import { z } from 'zod';
import { membershipInputs } from '../../shared/membership.ts';
import { roomId } from '../../shared/procedures.ts';
import { byInput, personInput } from '../person-input.ts';

const by = byInput;
const owner = personInput.optional().meta({ description: "Whose it shall be. Unset: nobody's." });
const user = personInput.meta({ description: 'Who shall belong to the room.' });
const { create, removeMember, setRole, rename, close, roster } = membershipInputs;

/** Inputs of what the server's own code and backends do with rooms that have members, by name. */
export const serverInputs = {
  create: create.extend({ owner, by }),
  addMember: z.strictObject({
    room: roomId,
    user,
    role: z.enum(['moderator', 'member']).default('member'),
    by,
  }),
  removeMember: removeMember.extend({ by }),
  endBan: z.strictObject({ room: roomId, user: roomId }),
  setRole: setRole.extend({ by }),
  rename: rename.extend({ by }),
  close: close.extend({ by }),
  outline: z.strictObject({ room: roomId }),
  roster,
  roomsOf: roster.omit({ room: true }).extend({ user: roomId }),
};
