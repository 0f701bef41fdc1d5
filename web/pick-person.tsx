import type { ReactElement } from 'react';
import { useMembers, useRoom } from 'trpc-rooms/react';
import { chat } from 'trpc-rooms/shared';
import { Avatar } from './avatar.tsx';
import { LOBBY } from './client.ts';
import { Dialog } from './dialog.tsx';
import { useTexts } from './languages.ts';
import { usePage } from './page-context.ts';

/** Asks for somebody: those who are in the lobby, where everybody is. */
export function PickPerson(props: {
  title: string;
  onPick: (person: { readonly id: string; readonly name: string }) => void;
  onClose: () => void;
}): ReactElement {
  const { title, onPick, onClose } = props;
  const texts = useTexts();
  const { user } = usePage();
  const { room } = useRoom(chat, LOBBY, { onGap: 'reload' });
  const others = useMembers(room).users.filter(({ id }) => id !== user.id);
  return (
    <Dialog title={title} onClose={onClose}>
      <p className="muted">{others.length > 0 ? texts.pickPerson : texts.noPeople}</p>
      <ul className="pick">
        {others.map((person) => (
          <li key={person.id}>
            <button
              type="button"
              onClick={() => {
                onPick(person);
                onClose();
              }}
            >
              <Avatar user={person} size="small" />
              <bdi>{person.name}</bdi>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
