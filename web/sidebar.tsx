import { useState, type ReactElement, type ReactNode } from 'react';
import { Avatar } from './avatar.tsx';
import { InvitationCard } from './invitation-card.tsx';
import { IconButton } from './icon-button.tsx';
import { useTexts } from './languages.ts';
import type { MyRooms, RoomEntry } from './my-rooms.ts';
import { GoToRoom, NewRoom } from './new-room.tsx';
import { Notices } from './notices.tsx';
import { usePage } from './page-context.ts';
import { usePolledUnread } from './polled-unread.ts';
import { PickPerson } from './pick-person.tsx';
import { LiveRoomLink, RoomLink } from './room-link.tsx';
import { goTo } from './route.ts';
import { Settings, type SettingsProps } from './settings.tsx';
import { Logo } from './welcome.tsx';

// A connection follows 128 rooms at most; of more the rest is not counted.
const MOST_LIVE = 100;

/** The rooms, who writes to one, and what waits for an answer. */
export function Sidebar(props: {
  mine: MyRooms;
  open: string;
  isLive: boolean;
  settings: SettingsProps;
  onUnread: (id: string, count: number) => void;
  onEnter: (room: string) => void;
}): ReactElement {
  const { mine, open, isLive, settings, onUnread, onEnter } = props;
  const texts = useTexts();
  const { client, user, sayError } = usePage();
  const [asked, setAsked] = useState<'room' | 'direct' | 'go'>();
  const close = () => setAsked(undefined);
  const counts = usePolledUnread(mine.entries, !isLive);
  const rooms = mine.entries.filter(({ kind }) => kind !== 'direct');
  const direct = mine.entries.filter(({ kind }) => kind === 'direct');
  const link = (entry: RoomEntry, index: number) =>
    isLive && index < MOST_LIVE ? (
      <LiveRoomLink key={entry.id} entry={entry} isOpen={entry.id === open} onUnread={onUnread} />
    ) : (
      <RoomLink
        key={entry.id}
        entry={entry}
        isOpen={entry.id === open}
        count={entry.id === open ? 0 : (counts.get(entry.id) ?? 0)}
        isHere={false}
      />
    );
  return (
    <nav className="sidebar" aria-label={texts.rooms}>
      <header>
        <Logo />
        <strong className="app-name">{texts.app}</strong>
        <Notices />
        <Settings {...settings} />
      </header>
      <div className="lists">
        {mine.invitations.length > 0 && (
          <>
            <ListTitle title={texts.invitations} />
            <ul>
              {mine.invitations.map((invitation) => (
                <InvitationCard
                  key={invitation.room}
                  invitation={invitation}
                  onDone={mine.reload}
                  onEnter={onEnter}
                />
              ))}
            </ul>
          </>
        )}
        <ListTitle title={texts.rooms}>
          <IconButton
            icon="enter"
            label={texts.joinRoom}
            hint={texts.joinRoom}
            onClick={() => setAsked('go')}
          />
          <IconButton
            icon="plus"
            label={texts.newRoom}
            hint={texts.newRoom}
            onClick={() => setAsked('room')}
          />
        </ListTitle>
        <ul>{rooms.map(link)}</ul>
        <ListTitle title={texts.direct}>
          <IconButton
            icon="plus"
            label={texts.newDirect}
            hint={texts.newDirect}
            onClick={() => setAsked('direct')}
          />
        </ListTitle>
        {direct.length > 0 ? (
          <ul>{direct.map((entry, index) => link(entry, rooms.length + index))}</ul>
        ) : (
          <p className="muted hint">{texts.noDirect}</p>
        )}
      </div>
      <footer>
        <Avatar user={user} size="small" />
        <bdi className="own-name">{user.name}</bdi>
      </footer>
      {asked === 'room' && <NewRoom onMade={() => void mine.reload()} onClose={close} />}
      {asked === 'go' && <GoToRoom onClose={close} />}
      {asked === 'direct' && (
        <PickPerson
          title={texts.newDirect}
          onPick={({ id }) =>
            void client.chat
              .direct({ user: id })
              .then(async ({ room }) => {
                await mine.reload();
                goTo(room);
              })
              .catch(sayError)
          }
          onClose={close}
        />
      )}
    </nav>
  );
}

function ListTitle({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="list-title">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
