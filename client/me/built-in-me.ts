import { ME, type RoomKind } from '../../shared/index.ts';

const notice = { delivery: 'durable', publish: 'server', life: {} } as const;
const events = {
  notification: notice,
  whisper: notice,
  invitation: notice,
  joined: notice,
  removed: notice,
  account: notice,
  seen: { delivery: 'latest', key: 'room' },
} as const;

/** Private streams as a client has to know them where its contract says nothing of them: `seen` is a value, all
 *  else is durable and nobody's to publish. What checks and makes contracts comes with one that has a `me`. */
export const builtInMe = {
  name: ME,
  events,
  shorthands: {},
  whispers: false,
  membership: false,
} as unknown as RoomKind;
