import { useMemo } from 'react';
import type { ChatRoom } from './client.ts';
import { useTexts } from './languages.ts';
import type { StoredItem } from './message-row.tsx';
import { usePage } from './page-context.ts';

type Reaction = StoredItem['reactions'][number];

/** What can be done to messages. */
export interface MessageActions {
  react(message: StoredItem, name: string): void;
  /** Takes one's own reaction back, or reacts with what others have. */
  toggle(message: StoredItem, reaction: Reaction): void;
  reply(message: StoredItem): void;
  edit(message: StoredItem): void;
  remove(message: StoredItem): void;
  markUnread(message: StoredItem): void;
  retry(key: string): void;
  discard(key: string): void;
  show(position: string): void;
}

/** Makes them for one room; `own` are those that the screen does by itself. */
export function useMessageActions(
  room: ChatRoom | undefined,
  own: Pick<MessageActions, 'reply' | 'edit' | 'remove' | 'markUnread' | 'show'>,
): MessageActions {
  const { user, say, sayError } = usePage();
  const texts = useTexts();
  const { reply, edit, remove, markUnread, show } = own;
  return useMemo(() => {
    const attempt = (done: Promise<unknown> | undefined) => void done?.catch(sayError);
    const toggle = async ({ position }: StoredItem, { name, count, users }: Reaction) => {
      const isNamed = users.some(({ id }) => id === user.id);
      // Five are named: of more the server knows whether one is among them.
      const isOwn =
        isNamed || (count > users.length && (await reactedWith(room, position)).includes(name));
      await room?.react(position, name, !isOwn);
    };
    return {
      react: ({ position }, name) => attempt(room?.react(position, name)),
      toggle: (message, reaction) => attempt(toggle(message, reaction)),
      reply,
      edit,
      remove,
      markUnread,
      // What fails again is shown where it stands.
      retry: (key) => void room?.outbox.retry(key).catch(() => {}),
      discard: (key) => {
        if (room && !room.outbox.discard(key)) say(texts.tooLate);
      },
      show,
    };
  }, [room, user.id, say, texts, sayError, reply, edit, remove, markUnread, show]);
}

async function reactedWith(room: ChatRoom | undefined, position: string): Promise<string[]> {
  const reactors = await room?.reactors(position);
  return reactors?.own.map(({ name }) => name) ?? [];
}
