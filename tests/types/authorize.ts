import { z } from 'zod';
import {
  createRooms,
  createServer,
  type Authorize,
  type AuthorizeFor,
  type Config,
} from '../../server/index.ts';
import { bytes, chat, defineRoom, durable, latest } from '../../shared/index.ts';
import { holds, type Same } from './same.ts';

// Compiled, never run: `authorize` is typed by the contract (AUT1, CON2).

const life = { editable: true, removable: true, reactions: 'distinct' } as const;
const board = defineRoom('board', {
  events: {
    note: durable(z.object({ text: z.string(), when: z.coerce.date() }), {
      publish: 'client',
      ...life,
    }),
    file: durable(z.object({ content: bytes() }), { publish: 'client' }),
    cursor: latest(z.object({ x: z.number() }), { key: 'user', publish: 'client' }),
    archived: durable(z.object({})),
  },
  presence: z.object({ status: z.enum(['here', 'away']) }),
});
const contract = { board, chat };
declare const config: Config;

void createServer(config, {
  rooms: contract,
  authorize: ({ user, room, action, data, membership }) => {
    holds<Same<typeof room.kind, 'board' | 'chat'>>();
    // Of the data as the contract has parsed it; where it does not meet the contract there is none.
    if (action === 'publish:note' || action === 'edit:note') {
      holds<Same<typeof data, { text: string; when: Date } | undefined>>();
    }
    if (action === 'publish:file' && data && data.content.byteLength > 1_000) return false;
    if (action === 'presence') {
      holds<Same<typeof data, { status: 'here' | 'away' } | undefined>>();
    }
    if (action === 'remove:note') holds<Same<typeof data, undefined>>();
    // @ts-expect-error no such event
    if (action === 'publish:nope') return false;
    // @ts-expect-error the server's own
    if (action === 'publish:archived') return false;
    // @ts-expect-error it has no such life
    if (action === 'edit:file') return false;
    // @ts-expect-error no such kind
    if (room.kind === 'bored') return false;
    if (action.startsWith('publish:')) return user.id !== room.id;
    return membership.role === 'owner' ? 'moderator' : action === 'subscribe';
  },
});

// By default it is `chat`.
void createServer(config, {
  authorize: ({ action, data }) => action !== 'publish:message' || data?.text !== '',
});

// One that knows of no contract, or is written elsewhere.
const any: Authorize = async ({ room, action }) => room.kind !== 'x' && action !== 'publish:y';
const policy: AuthorizeFor<typeof contract> = ({ action }) => action === 'react:note';
void createRooms({ rooms: contract, authorize: any });
void createRooms({ rooms: contract, authorize: policy });
// @ts-expect-error of another contract
void createRooms({ rooms: { board }, authorize: ({ action }) => action === 'publish:message' });
