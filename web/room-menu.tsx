import { useState, type FormEvent, type ReactElement } from 'react';
import { Confirm, Dialog } from './dialog.tsx';
import { Icon } from './icons.tsx';
import { useTexts } from './languages.ts';
import { Menu, type MenuItem } from './menu.tsx';
import type { RoomEntry } from './my-rooms.ts';
import { usePage } from './page-context.ts';
import { PickPerson } from './pick-person.tsx';
import { goTo } from './route.ts';
import { TitleField } from './title-field.tsx';

type Asked = 'invite' | 'rename' | 'leave' | 'close';

/** What one may do with a room, by what one is in it. */
export function RoomMenu(props: { entry: RoomEntry; onChange: () => void }): ReactElement {
  const { entry, onChange } = props;
  const texts = useTexts();
  const { client, say, sayError } = usePage();
  const [asked, setAsked] = useState<Asked>();
  const { id: room, role, kind } = entry;
  const close = () => setAsked(undefined);
  const attempt = (done: Promise<unknown>) => void done.then(onChange, sayError);
  const copy = async () => {
    const link = `${location.origin}/#/r/${room}`;
    try {
      // There is no clipboard where the page has come over plain HTTP by a name.
      await navigator.clipboard.writeText(link);
      say(texts.copied);
    } catch {
      say(link);
    }
  };
  const rules = (role === 'owner' || role === 'moderator') && kind !== 'direct';
  const items: MenuItem[] = [
    ...(rules ? [{ label: texts.invite, onPick: () => setAsked('invite') }] : []),
    ...(rules ? [{ label: texts.rename, onPick: () => setAsked('rename') }] : []),
    ...(kind === 'direct' ? [] : [{ label: texts.copyLink, onPick: () => void copy() }]),
    ...(role !== undefined && role !== 'owner' && kind !== 'direct'
      ? [{ label: texts.leave, isDangerous: true, onPick: () => setAsked('leave') }]
      : []),
    ...(role === 'owner' && kind !== 'direct'
      ? [{ label: texts.closeRoom, isDangerous: true, onPick: () => setAsked('close') }]
      : []),
  ];
  const depart = (done: Promise<unknown>) => {
    attempt(done);
    goTo('general');
  };
  return (
    <>
      {items.length > 0 && (
        <Menu label={texts.more} items={items}>
          <Icon name="more" />
        </Menu>
      )}
      {asked === 'invite' && (
        <PickPerson
          title={texts.invite}
          onPick={(person) =>
            void client.chat
              .invite({ room, user: person.id })
              .then(() => say(texts.invited(person.name)), sayError)
          }
          onClose={close}
        />
      )}
      {asked === 'rename' && (
        <Rename
          title={entry.title}
          onRename={(title) => attempt(client.chat.rename({ room, title }))}
          onClose={close}
        />
      )}
      {asked === 'leave' && (
        <Confirm
          title={texts.leaveTitle}
          text={kind === 'private' ? texts.leaveText : ''}
          action={texts.leave}
          onConfirm={() => depart(client.chat.leaveRoom({ room }))}
          onClose={close}
        />
      )}
      {asked === 'close' && (
        <Confirm
          title={texts.closeTitle}
          text={texts.closeText}
          action={texts.closeRoom}
          onConfirm={() => depart(client.chat.close({ room }))}
          onClose={close}
        />
      )}
    </>
  );
}

function Rename(props: {
  title: string;
  onRename: (title: string) => void;
  onClose: () => void;
}): ReactElement {
  const texts = useTexts();
  const [title, setTitle] = useState(props.title);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onRename(title);
    props.onClose();
  };
  return (
    <Dialog title={texts.rename} onClose={props.onClose}>
      <form onSubmit={submit}>
        <TitleField value={title} onChange={setTitle} />
        <div className="actions">
          <button type="submit" className="button primary" disabled={title.trim() === ''}>
            {texts.save}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
