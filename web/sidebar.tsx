import { useEffect, useState, type ReactElement } from 'react';
import { useMembers, useRoom, useUnread } from 'trpc-rooms/react';
import { chat, type Invitation } from 'trpc-rooms/shared';
import { Avatar } from './avatar.tsx';
import { Icon } from './icons.tsx';
import { useTexts } from './languages.ts';
import type { MyRooms, RoomEntry } from './my-rooms.ts';
import { GoToRoom, NewRoom } from './new-room.tsx';
import { Notices } from './notices.tsx';
import { usePage } from './page-context.ts';
import { usePolledUnread } from './polled-unread.ts';
import { PickPerson } from './pick-person.tsx';
import { goTo, hrefOf } from './route.ts';
import { Settings, type SettingsProps } from './settings.tsx';
import { Logo } from './welcome.tsx';

// A connection follows 128 rooms at most; of more the rest is not counted.
const MOST_LIVE = 100;
const RELOAD = { onGap: 'reload' } as const;

/** The rooms, who writes to one, and what waits for an answer. */
export function Sidebar(props: {
  mine: MyRooms;
  open: string;
  isLive: boolean;
  settings: SettingsProps;
  onUnread: (id: string, count: number) => void;
}): ReactElement {
  const { mine, open, isLive, settings, onUnread } = props;
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
                />
              ))}
            </ul>
          </>
        )}
        <ListTitle title={texts.rooms}>
          <button
            type="button"
            className="icon-button"
            aria-label={texts.joinRoom}
            title={texts.joinRoom}
            onClick={() => setAsked('go')}
          >
            <Icon name="enter" />
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={texts.newRoom}
            title={texts.newRoom}
            onClick={() => setAsked('room')}
          >
            <Icon name="plus" />
          </button>
        </ListTitle>
        <ul>{rooms.map(link)}</ul>
        <ListTitle title={texts.direct}>
          <button
            type="button"
            className="icon-button"
            aria-label={texts.newDirect}
            title={texts.newDirect}
            onClick={() => setAsked('direct')}
          >
            <Icon name="plus" />
          </button>
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

function ListTitle({ title, children }: { title: string; children?: React.ReactNode }) {
  return (
    <div className="list-title">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** A room that is followed, so that it says what is unread in it. */
function LiveRoomLink(props: {
  entry: RoomEntry;
  isOpen: boolean;
  onUnread: (id: string, count: number) => void;
}): ReactElement | null {
  const { entry, isOpen, onUnread } = props;
  const { room, state } = useRoom(chat, entry.id, RELOAD);
  const { count } = useUnread(room);
  const { users } = useMembers(room);
  useEffect(() => {
    onUnread(entry.id, count);
    return () => onUnread(entry.id, 0);
  }, [onUnread, entry.id, count]);
  const isHere = users.some(({ id }) => id === entry.with);
  // Only looked at once, and not for this user any more.
  if (state.state === 'failed' && entry.role === undefined && !isOpen) return null;
  return <RoomLink entry={entry} isOpen={isOpen} count={count} isHere={isHere} />;
}

function RoomLink(props: {
  entry: RoomEntry;
  isOpen: boolean;
  count: number;
  /** Of a direct room: is the other one there? */
  isHere: boolean;
}): ReactElement {
  const { entry, isOpen, count, isHere } = props;
  const texts = useTexts();
  const { kind, title, with: other } = entry;
  return (
    <li>
      <a
        className={`room-link ${count > 0 ? 'unread' : ''}`}
        href={hrefOf(entry.id)}
        aria-current={isOpen ? 'page' : undefined}
      >
        {kind === 'direct' ? (
          <span className="seat">
            <Avatar user={{ id: other ?? entry.id, name: title }} size="small" />
            <span
              className={`dot ${isHere ? 'here' : 'gone'}`}
              role="img"
              aria-label={isHere ? texts.here : texts.notHere}
            />
          </span>
        ) : (
          <span className="sign">
            <Icon name={kind === 'private' ? 'lock' : 'hash'} />
          </span>
        )}
        <bdi className="room-name">{title}</bdi>
        {kind === 'private' && <span className="sr-only">{texts.privateRoom}</span>}
        {count > 0 && (
          <span className="badge">
            <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
            <span className="sr-only">{texts.unread(count)}</span>
          </span>
        )}
      </a>
    </li>
  );
}

function InvitationCard(props: {
  invitation: Invitation;
  onDone: () => Promise<void>;
}): ReactElement {
  const { invitation, onDone } = props;
  const texts = useTexts();
  const { client, sayError } = usePage();
  const { room, title, by } = invitation;
  const accept = async () => {
    await client.chat.accept({ room });
    await onDone();
    goTo(room);
  };
  const decline = async () => {
    await client.chat.decline({ room });
    await onDone();
  };
  return (
    <li className="invitation">
      <strong>
        <bdi>{title ?? room}</bdi>
      </strong>
      <span className="muted">{texts.invitedYou(by.name)}</span>
      <div className="actions">
        <button
          type="button"
          className="button"
          aria-label={`${texts.decline}: ${title ?? room}`}
          onClick={() => void decline().catch(sayError)}
        >
          {texts.decline}
        </button>
        <button
          type="button"
          className="button primary"
          aria-label={`${texts.accept}: ${title ?? room}`}
          onClick={() => void accept().catch(sayError)}
        >
          {texts.accept}
        </button>
      </div>
    </li>
  );
}
