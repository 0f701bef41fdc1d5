import { useState, type ReactElement } from 'react';
import { useNotifications } from 'trpc-rooms/react';
import { Dialog } from './dialog.tsx';
import { IconButton } from './icon-button.tsx';
import { useTexts } from './languages.ts';
import { usePage } from './page-context.ts';
import type { Texts } from './texts/en.ts';

type NoticeEvent = ReturnType<typeof useNotifications>['events'][number];

const MOST_SHOWN = 50;

/** What came for this user alone: a bell that says how much of it is new, and the list behind it. */
export function Notices(): ReactElement {
  const texts = useTexts();
  const { user, sayError } = usePage();
  const { events, unread, markSeen } = useNotifications();
  const [isOpen, setOpen] = useState(false);
  const open = () => {
    setOpen(true);
    if (unread > 0) markSeen().catch(sayError);
  };
  const shown = events
    .filter(({ by }) => by.id !== user.id)
    .slice(-MOST_SHOWN)
    .toReversed();
  return (
    <>
      <IconButton
        icon="bell"
        label={unread > 0 ? `${texts.notices}: ${unread}` : texts.notices}
        hint={texts.notices}
        onClick={open}
      >
        {unread > 0 && <span className="pip" aria-hidden="true" />}
      </IconButton>
      {isOpen && (
        <Dialog title={texts.notices} onClose={() => setOpen(false)}>
          {shown.length === 0 && <p className="muted">{texts.noNotices}</p>}
          <ul className="notices">
            {shown.map((event) => (
              <li key={event.position} dir="auto">
                {noticeText(event, texts)}
              </li>
            ))}
          </ul>
        </Dialog>
      )}
    </>
  );
}

function noticeText(event: NoticeEvent, texts: Texts): string {
  const { by } = event;
  switch (event.type) {
    case 'whisper':
      return texts.whisper(by.name, event.data.text);
    case 'invitation':
      return texts.invitation(by.name, event.data.title ?? event.data.room.id);
    case 'joined':
      return event.data.room.id.startsWith('d~')
        ? texts.directFrom(by.name)
        : texts.joinedRoom(event.data.title ?? event.data.room.id);
    case 'removed': {
      const room = event.data.params['title'] ?? event.data.room.id;
      return event.data.code === 'closed'
        ? texts.closedRoom(String(room))
        : texts.removedFrom(String(room));
    }
    case 'account':
      return texts.account(event.data.code);
    case 'notification':
      return texts.notification(event.data.code);
  }
}
