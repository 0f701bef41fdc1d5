// What a contract's living events give in types, and what must not compile.
import { z } from 'zod';
import type { RoomHandle } from '../../client/index.ts';
import {
  defineRoom,
  durable,
  type chat,
  type CountableType,
  type EditableType,
  type EventData,
  type EventType,
  type MessageType,
  type PublishInput,
} from '../../shared/index.ts';
import type { board } from './kinds.ts';
import { holds, type Same } from './same.ts';

const text = z.object({ text: z.string() });

/** Of its events each has another life. */
export const wall = defineRoom('wall', {
  events: {
    post: durable(text, { publish: 'client', editable: true, replies: true }),
    vote: durable(z.object({ up: z.boolean() }), { publish: 'client', reactions: 'unique' }),
    log: durable(text),
  },
});
type Wall = typeof wall;

// [CON2] what is derived follows from what is said.
holds<Same<EventType<Wall>, 'post' | 'vote' | 'log' | 'edited' | 'reacted'>>();
holds<Same<MessageType<Wall>, 'post' | 'vote'>>();
holds<Same<EditableType<Wall>, 'post'>>();
holds<Same<CountableType<Wall>, never>>();
holds<Same<MessageType<typeof board>, never>>();
holds<Same<CountableType<typeof chat>, 'message'>>();
holds<Same<EventData<Wall, 'edited'>['data'], { text: string }>>();
holds<Same<EventData<Wall, 'reacted'>['of'], 'vote'>>();

export function uses(room: RoomHandle<Wall>): void {
  void room.edit('E:1', { text: 'a' }, { ifVersion: 'E:1' });
  void room.reply('E:1', 'post', { text: 'a' });
  void room.react('E:1', '+1', false);
  // @ts-expect-error a vote cannot be edited
  void room.edit('E:1', { up: true });
  // @ts-expect-error a vote answers nothing
  void room.reply('E:1', 'vote', { up: true });
  // @ts-expect-error nothing of it can be removed
  void room.remove('E:1');
  // @ts-expect-error nothing of it counts as unread
  void room.unread;
  for (const item of room.messages.getSnapshot().items) {
    if (item.type === 'vote' && item.state === 'stored')
      holds<Same<typeof item.data, { up: boolean } | undefined>>();
    // @ts-expect-error only what is stored has a version
    void item.version;
  }
}

export const refused = [
  // @ts-expect-error a life that is not known
  () => durable(text, { editible: true }),
  // @ts-expect-error a mode that is not known
  () => durable(text, { reactions: 'some' }),
  (): PublishInput<Wall> => ({
    room: 'r',
    type: 'vote',
    data: { up: true },
    // @ts-expect-error a vote answers nothing
    replyTo: 'E:1',
  }),
];
