import { z } from 'zod';
import { membershipInputs } from '../../shared/membership.ts';
import { roomId } from '../../shared/procedures.ts';
import { byInput, personInput } from '../person-input.ts';

const by = byInput;
const { create, removeMember, setRole, rename, close, roster } = membershipInputs;

/** Inputs of what the server's own code and backends do with rooms that have members, by name. */
export const serverInputs = {
  create: create.extend({ owner: personInput.optional(), by }),
  addMember: z.strictObject({
    room: roomId,
    user: personInput,
    role: z.enum(['moderator', 'member']).default('member'),
    by,
  }),
  removeMember: removeMember.extend({ by }),
  setRole: setRole.extend({ by }),
  rename: rename.extend({ by }),
  close: close.extend({ by }),
  roster,
  roomsOf: roster.omit({ room: true }).extend({ user: roomId }),
};
