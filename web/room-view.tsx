import { useCallback, useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import { useMembers, useMessages, useRoom, useTyping, useUnread } from 'trpc-rooms/react';
import { chat } from 'trpc-rooms/shared';
import { Notice } from './banners.tsx';
import type { ChatRoom } from './client.ts';
import { Composer, type Writing } from './composer.tsx';
import { Confirm } from './dialog.tsx';
import { Icon } from './icons.tsx';
import { useTexts } from './languages.ts';
import { LiveRegion } from './live-region.tsx';
import type { MessageActions, StoredItem } from './message-row.tsx';
import type { RoomEntry } from './my-rooms.ts';
import { useOwnStatus } from './own-status.ts';
import { usePage } from './page-context.ts';
import { PeoplePanel } from './people-panel.tsx';
import { useIsWatched, useReading } from './reading.ts';
import { useFate } from './receipts.ts';
import { RoomMenu } from './room-menu.tsx';
import { goTo } from './route.ts';
import { Timeline, type TimelineHandle } from './timeline.tsx';

const RELOAD = { onGap: 'reload' } as const;
const IN_ROOM: Writing = { to: 'room' };

/** A room that one looks at. */
export function RoomView(props: {
  entry: RoomEntry;
  drafts: Map<string, string>;
  onChange: () => void;
}): ReactElement {
  const { entry, drafts, onChange } = props;
  const texts = useTexts();
  const { room, state, gap } = useRoom(chat, entry.id, RELOAD);
  const [hidden, setHidden] = useState<typeof gap>();
  const [isPeopleShown, setPeopleShown] = useState(() => matchMedia('(min-width: 1100px)').matches);
  useEffect(() => {
    const undo = [room?.on('renamed', onChange), room?.on('roleChanged', onChange)];
    return () => undo.forEach((forget) => forget?.());
  }, [room, onChange]);
  useIntroduction(entry);
  if (state.state === 'failed') return <Gone />;
  return (
    <>
      <section className="room" aria-label={entry.title}>
        <RoomHeader
          entry={entry}
          room={room}
          onChange={onChange}
          isPeopleShown={isPeopleShown}
          onPeople={() => setPeopleShown(!isPeopleShown)}
        />
        {gap && gap !== hidden && <Notice text={texts.gap} onClose={() => setHidden(gap)} />}
        <Conversation key={entry.id} entry={entry} room={room} drafts={drafts} />
      </section>
      {isPeopleShown && (
        <PeoplePanel entry={entry} room={room} onClose={() => setPeopleShown(false)} />
      )}
    </>
  );
}

/** Tells the server what one is called, where somebody else has begun a direct room. */
function useIntroduction({ kind, with: other }: RoomEntry): void {
  const { client } = usePage();
  useEffect(() => {
    if (kind === 'direct' && other !== undefined) {
      client.chat.direct({ user: other }).catch(() => {});
    }
  }, [client, kind, other]);
}

function Gone(): ReactElement {
  const texts = useTexts();
  return (
    <section className="room empty">
      <Icon name="lock" />
      <p>{texts.roomGone}</p>
      <button type="button" className="button" onClick={() => goTo('general')}>
        {texts.backToLobby}
      </button>
    </section>
  );
}

function RoomHeader(props: {
  entry: RoomEntry;
  room: ChatRoom | undefined;
  isPeopleShown: boolean;
  onPeople: () => void;
  onChange: () => void;
}): ReactElement {
  const { entry, room, isPeopleShown, onPeople, onChange } = props;
  const texts = useTexts();
  const { count } = useMembers(room);
  return (
    <header className="room-header">
      <button
        type="button"
        className="icon-button phone-only"
        aria-label={texts.showRooms}
        onClick={() => goTo(undefined)}
      >
        <Icon name="back" />
      </button>
      <div className="room-title">
        <h1>
          <bdi>{entry.title}</bdi>
        </h1>
        <p className="muted">{room ? texts.peopleHere(count) : '\u00A0'}</p>
      </div>
      <button
        type="button"
        className="icon-button"
        aria-label={texts.showPeople}
        aria-pressed={isPeopleShown}
        title={texts.people}
        onClick={onPeople}
      >
        <Icon name="people" />
      </button>
      <RoomMenu entry={entry} onChange={onChange} />
    </header>
  );
}

function Conversation(props: {
  entry: RoomEntry;
  room: ChatRoom | undefined;
  drafts: Map<string, string>;
}): ReactElement {
  const { entry, room, drafts } = props;
  const texts = useTexts();
  const { user, sayError } = usePage();
  const { items, hasOlder, isLoading, error, loadOlder } = useMessages(room);
  const unread = useUnread(room);
  const [isAtNewest, setAtNewest] = useState(true);
  const isWatched = useIsWatched();
  const { newAfter, forget, renew } = useReading(unread, isAtNewest && isWatched);
  const [writing, setWriting] = useState<Writing>(IN_ROOM);
  const [draft, setDraft] = useState(drafts.get(entry.id) ?? '');
  const [toRemove, setToRemove] = useState<StoredItem>();
  const timeline = useRef<TimelineHandle>(null);
  useOwnStatus(room);
  const fate = useFate(room, items, { me: user.id, isDirect: entry.kind === 'direct', texts });

  const write = (text: string) => {
    setDraft(text);
    drafts.set(entry.id, text);
  };
  const begin = useCallback((next: Writing, text: string) => {
    setWriting(next);
    setDraft(text);
  }, []);
  const cancel = () => begin(IN_ROOM, drafts.get(entry.id) ?? '');
  const actions = useMemo<MessageActions>(
    () => ({
      react: (message, name, isOn) =>
        void room?.react(message.position, name, isOn).catch(sayError),
      reply: (message) => setWriting({ to: 'message', message }),
      edit: (message) => begin({ to: 'edit', message }, message.data?.text ?? ''),
      remove: setToRemove,
      markUnread: ({ position }) => {
        setAtNewest(false);
        void room?.unread.markUnread(position).catch(sayError);
        renew(positionBefore(position));
      },
      retry: (key) => void room?.outbox.retry(key).catch(() => {}),
      discard: (key) => room?.outbox.discard(key),
      show: (position) => timeline.current?.show(position),
    }),
    [room, sayError, begin],
  );
  const send = (text: string) => {
    if (!room) return;
    forget();
    publish(room, writing, text).catch((cause: unknown) => {
      // What the outbox has is shown there, with its reason.
      const isShown = room.outbox
        .getSnapshot()
        .some(({ data }) => 'text' in data && data.text === text);
      if (!isShown) sayError(cause);
    });
    if (writing.to === 'edit') return cancel();
    setWriting(IN_ROOM);
    write('');
    requestAnimationFrame(() => timeline.current?.toNewest());
  };
  const editLast = () => {
    const own = items.findLast((item) => item.state === 'stored' && item.by.id === user.id);
    if (own?.state === 'stored' && !own.isRemoved) actions.edit(own);
  };
  const isReady = items.length > 0 && (unread.isKnown || unread.error !== undefined);
  const isEmpty = items.length === 0 && room !== undefined && !isLoading;
  return (
    <>
      {isReady ? (
        <Timeline
          handle={timeline}
          items={items}
          hasOlder={hasOlder}
          isLoading={isLoading}
          beginning={
            entry.kind === 'direct'
              ? texts.beginningWith(entry.title)
              : texts.beginning(entry.title)
          }
          user={user}
          isModerator={entry.role === 'owner' || entry.role === 'moderator'}
          newAfter={newAfter}
          unread={unread.count}
          fate={fate}
          actions={actions}
          onOlder={() => void loadOlder().catch(sayError)}
          onAtNewest={setAtNewest}
        />
      ) : (
        <div className="timeline empty" role="status">
          {isEmpty ? (
            <>
              <Icon name="smile" />
              <p>{texts.emptyRoom}</p>
            </>
          ) : (
            <p className="muted">
              {error ? (texts.errors[error.code] ?? error.message) : texts.loading}
            </p>
          )}
        </div>
      )}
      <LiveRegion items={items} isLoaded={room !== undefined && !isLoading} me={user.id} />
      <TypingLine room={room} />
      <Composer
        title={entry.title}
        writing={writing}
        draft={draft}
        onDraft={writing.to === 'edit' ? setDraft : write}
        onSend={send}
        onTyping={(isTyping) => void room?.say('typing', isTyping).catch(() => {})}
        onCancel={cancel}
        onEditLast={editLast}
      />
      {toRemove && (
        <Confirm
          title={texts.removeTitle}
          text={texts.removeText}
          action={texts.remove}
          onConfirm={() => void room?.remove(toRemove.position).catch(sayError)}
          onClose={() => setToRemove(undefined)}
        />
      )}
    </>
  );
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

function positionBefore(position: string): string {
  const [epoch = '', offset = '1'] = position.split(':');
  return `${epoch}:${Number(offset) - 1}`;
}

function TypingLine({ room }: { room: ChatRoom | undefined }): ReactElement {
  const texts = useTexts();
  const { users, count } = useTyping(room);
  const names = users.map(({ name }) => name);
  return (
    <p className="typing" aria-live="off">
      {count > 0 && (
        <>
          <span className="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {texts.typing(names, count)}
        </>
      )}
    </p>
  );
}
