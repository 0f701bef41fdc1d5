import { z } from 'zod';
import { durable } from './delivery.ts';

/** What a member is in a room: each may do what those after him may. */
export type Role = 'owner' | 'moderator' | 'member';

/** Who may enter a room. `open`: every user. `private`: its members. `direct`: the two it is for. */
export type Visibility = 'open' | 'private' | 'direct';

const user = z.object({ id: z.string(), name: z.string() });
const title = z.string();

/** What rooms with membership have to tell of themselves: durable events that only the server publishes,
 *  each a code (its type) and what belongs to it, for the app to put into words. `by` is who did it. */
export const roomNews = {
  roomCreated: durable(
    z.object({ visibility: z.enum(['open', 'private', 'direct']), title: title.optional() }),
  ),
  joined: durable(z.object({ user })),
  /** Comes after `joined` when somebody is a member for the first time. */
  welcome: durable(z.object({ user })),
  left: durable(z.object({ user, reason: z.enum(['left', 'removed', 'banned']) })),
  roleChanged: durable(z.object({ user, role: z.enum(['owner', 'moderator', 'member']) })),
  renamed: durable(z.object({ title })),
  closed: durable(z.object({})),
};
