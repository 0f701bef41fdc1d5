import { chat } from '../../shared/index.ts';
import { shorthandInput } from '../../shared/procedures.ts';

/** What every peer checks a message by: the schema of `chat.send` itself. */
export const sendInput = shorthandInput('message', chat.events.message);

/** What every peer delivers: the fields of an event of ours. */
export interface Broadcast {
  readonly id: string;
  readonly type: 'message';
  readonly data: unknown;
  readonly by: { readonly id: string; readonly name: string };
  readonly at: Date;
  readonly position: string;
  readonly idempotencyKey: string | undefined;
}

type Sent = { readonly data: unknown; readonly idempotencyKey?: string | undefined };

/** Numbers what was sent, as a log would, but keeps nothing. */
export function createBroadcasts(): (sent: Sent) => Broadcast {
  let count = 0;
  return ({ data, idempotencyKey }) => {
    const id = `AbCdEfGhIjKl:${(count += 1)}`;
    const by = { id: 'user-0', name: 'User 0' };
    return { id, type: 'message', data, by, at: new Date(), position: id, idempotencyKey };
  };
}
