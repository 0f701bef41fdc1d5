import { useCallback, useState } from 'react';
import type { ChatRoom } from './client.ts';
import type { StoredItem } from './message-row.tsx';
import { usePage } from './page-context.ts';

/** What is being written, and to what. */
export type Writing =
  | { readonly to: 'room' }
  | { readonly to: 'message'; readonly message: StoredItem }
  | { readonly to: 'edit'; readonly message: StoredItem };

const IN_ROOM: Writing = { to: 'room' };

/** What one writes in a room: a draft that stays while one is elsewhere, an answer, or other words for a message. */
export function useWriting(room: ChatRoom | undefined, drafts: Map<string, string>, id: string) {
  const { sayError } = usePage();
  const [writing, setWriting] = useState<Writing>(IN_ROOM);
  const [text, setText] = useState(drafts.get(id) ?? '');

  const write = (next: string) => {
    setText(next);
    if (writing.to !== 'edit') drafts.set(id, next);
  };
  const reply = useCallback((message: StoredItem) => setWriting({ to: 'message', message }), []);
  const edit = useCallback((message: StoredItem, instead = message.data?.text ?? '') => {
    setWriting({ to: 'edit', message });
    setText(instead);
  }, []);
  const cancel = () => {
    setWriting(IN_ROOM);
    setText(drafts.get(id) ?? '');
  };
  const send = (sent: string) => {
    if (!room) return;
    publish(room, writing, sent).catch((error: unknown) => {
      // What the outbox has is shown there, with its reason. An edit waits nowhere: it is given back.
      if (writing.to !== 'edit' && isInOutbox(room, sent)) return;
      if (writing.to === 'edit') edit(writing.message, sent);
      sayError(error);
    });
    if (writing.to === 'edit') return cancel();
    setWriting(IN_ROOM);
    setText('');
    drafts.delete(id);
  };
  return { writing, text, write, reply, edit, cancel, send };
}

function publish(room: ChatRoom, writing: Writing, text: string): Promise<unknown> {
  switch (writing.to) {
    case 'room':
      return room.send({ text });
    case 'message':
      return room.reply(writing.message.position, 'message', { text });
    case 'edit':
      return room.edit(writing.message.position, { text }, { ifVersion: writing.message.version });
  }
}

function isInOutbox(room: ChatRoom, text: string): boolean {
  return room.outbox.getSnapshot().some(({ data }) => 'text' in data && data.text === text);
}
