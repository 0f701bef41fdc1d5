import { useEffect, type ReactElement } from 'react';
import { useMembers, useRoom, useUnread } from 'trpc-rooms/react';
import { chat } from 'trpc-rooms/shared';
import { Avatar } from './avatar.tsx';
import { Icon } from './icons.tsx';
import { useTexts } from './languages.ts';
import type { RoomEntry } from './my-rooms.ts';
import { hrefOf } from './route.ts';

const RELOAD = { onGap: 'reload' } as const;

/** A room that is followed, so that it says what is unread in it. */
export function LiveRoomLink(props: {
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

/** A room of the list. */
export function RoomLink(props: {
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
