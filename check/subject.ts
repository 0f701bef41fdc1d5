import { z } from 'zod';
import { chat, defineRoom, durable, ephemeral, latest, type RoomKind } from '../shared/index.ts';

/** Which events of which room kind a run publishes. */
export interface Subject {
  readonly kind: RoomKind;
  /** A durable event that clients may publish. */
  readonly type: string;
  /** Its data, made from a text without spaces at its ends. */
  readonly data: (text: string) => unknown;
  /** An ephemeral event that clients may publish, where there is one: same data. */
  readonly ephemeral?: string;
  /** A latest value that clients may publish, where there is one: same data. */
  readonly latest?: readonly string[];
  /** An activity that clients may say they do, in real runs. */
  readonly activity?: string;
  /** What somebody may say of himself, where members have a state. */
  readonly presence?: (text: string) => unknown;
}

/** The room kind that the ready server carries. */
export const chatSubject: Subject = {
  kind: chat,
  type: 'message',
  data: (text) => ({ text }),
  activity: 'typing',
};

const said = z.object({ text: z.string().max(200) });

/** A room kind with an event of every delivery class, for simulated runs. */
export const talkSubject: Subject = {
  kind: defineRoom('talk', {
    events: {
      said: durable(said, {
        publish: 'client',
        editable: true,
        removable: true,
        countable: true,
        replies: true,
      }),
      mood: latest(said, { key: 'user', publish: 'client' }),
      typing: latest(said, { key: 'user', expiresMs: 6_000, publish: 'client' }),
      topic: latest(said, { key: 'room', publish: 'client' }),
      pointer: latest(said, { key: 'member', publish: 'client' }),
      wave: ephemeral(said, { publish: 'client' }),
    },
    presence: said,
  }),
  type: 'said',
  data: (text) => ({ text }),
  ephemeral: 'wave',
  latest: ['mood', 'typing', 'topic', 'pointer'],
  presence: (text) => ({ text }),
};
