import { useState, type FormEvent, type ReactElement } from 'react';
import { ROOM_ID } from 'trpc-rooms/shared';
import { Dialog } from './dialog.tsx';
import { useTexts } from './languages.ts';
import { usePage } from './page-context.ts';
import { goTo, roomOf } from './route.ts';
import { TitleField } from './title-field.tsx';

/** Makes a room: open, under a name that others can go to, or private. */
export function NewRoom(props: { onMade: () => void; onClose: () => void }): ReactElement {
  const texts = useTexts();
  const { client, sayError } = usePage();
  const [title, setTitle] = useState('');
  const [isPrivate, setPrivate] = useState(false);
  const make = async () => {
    const id = isPrivate ? undefined : idOf(title);
    const { room } = await client.chat.create({ title, private: isPrivate, ...(id && { id }) });
    props.onMade();
    props.onClose();
    goTo(room);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make().catch(sayError);
  };
  return (
    <Dialog title={texts.newRoom} onClose={props.onClose}>
      <form onSubmit={submit}>
        <TitleField value={title} placeholder={texts.titlePlaceholder} onChange={setTitle} />
        <label className="check">
          <input
            type="checkbox"
            checked={isPrivate}
            onChange={({ target }) => setPrivate(target.checked)}
          />
          {texts.isPrivate}
        </label>
        <div className="actions">
          <button type="submit" className="button primary" disabled={title.trim() === ''}>
            {texts.create}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Goes to an open room by its name, or by a link to it. */
export function GoToRoom({ onClose }: { onClose: () => void }): ReactElement {
  const texts = useTexts();
  const [wanted, setWanted] = useState('');
  const id = roomOf(wanted.trim()) ?? wanted.trim();
  const isBad = wanted.trim() !== '' && !ROOM_ID.test(id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!ROOM_ID.test(id)) return;
    goTo(id);
    onClose();
  };
  return (
    <Dialog title={texts.joinRoom} onClose={onClose}>
      <form onSubmit={submit}>
        <label>
          {texts.roomId}
          <input
            className="field"
            value={wanted}
            autoFocus
            aria-invalid={isBad}
            aria-describedby="room-id-hint"
            onChange={({ target }) => setWanted(target.value)}
          />
        </label>
        <p id="room-id-hint" className={isBad ? 'error' : 'muted'}>
          {texts.badRoomId}
        </p>
        <div className="actions">
          <button type="submit" className="button primary" disabled={isBad || wanted.trim() === ''}>
            {texts.go}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** An id that says what the room is called, where its letters allow one. */
function idOf(title: string): string | undefined {
  const plain = title.normalize('NFKD').replaceAll(/\p{M}/gu, '').trim().toLowerCase();
  if (/[^ -~]/.test(plain)) return undefined;
  const id = plain.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '');
  return ROOM_ID.test(id) ? id : undefined;
}
