import { useCallback, useRef, useState, type ReactElement } from 'react';
import { useMessages, useUnread } from 'trpc-rooms/react';
import type { RoomError } from 'trpc-rooms/shared';
import type { ChatRoom } from './client.ts';
import { Composer } from './composer.tsx';
import { Confirm } from './dialog.tsx';
import { errorText } from './error-text.ts';
import { Icon } from './icons.tsx';
import { useTexts } from './languages.ts';
import { LiveRegion } from './live-region.tsx';
import { useMessageActions } from './message-actions.ts';
import type { StoredItem } from './message-row.tsx';
import type { RoomEntry } from './my-rooms.ts';
import { useOwnStatus } from './own-status.ts';
import { usePage } from './page-context.ts';
import { positionBefore } from './places.ts';
import { useIsWatched, useReading } from './reading.ts';
import { useFate } from './receipts.ts';
import { Timeline, type TimelineHandle } from './timeline.tsx';
import { TypingLine } from './typing-line.tsx';
import { useWriting } from './writing.ts';

/** What is said in a room, and where one says something. */
export function Conversation(props: {
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
  const { writing, text, write, reply, edit, cancel, send } = useWriting(room, drafts, entry.id);
  const [toRemove, setToRemove] = useState<StoredItem>();
  const timeline = useRef<TimelineHandle>(null);
  useOwnStatus(room);
  const isDirect = entry.kind === 'direct';
  const fate = useFate(room, items, { me: user.id, isDirect, texts });

  const markUnread = useCallback(
    ({ position }: StoredItem) => {
      // Or it would be read again in the same moment.
      setAtNewest(false);
      renew(positionBefore(position));
      void room?.unread.markUnread(position).catch(sayError);
    },
    [room, renew, sayError],
  );
  const show = useCallback((position: string) => timeline.current?.show(position), []);
  const own = { reply, edit, remove: setToRemove, markUnread, show };
  const actions = useMessageActions(room, own);
  const say = (said: string) => {
    forget();
    send(said);
    if (writing.to !== 'edit') requestAnimationFrame(() => timeline.current?.toNewest());
  };
  const editLast = () => {
    const last = items.findLast((item) => item.state === 'stored' && item.by.id === user.id);
    if (last?.state === 'stored' && !last.isRemoved) edit(last);
  };
  const isLoaded = room !== undefined && !isLoading;
  // Where new messages begin is known with what is read; what one has just written oneself is never among them.
  const hasStored = items.some(({ state }) => state === 'stored');
  const isReady = items.length > 0 && (!hasStored || unread.isKnown || unread.error !== undefined);
  return (
    <>
      {isReady ? (
        <Timeline
          handle={timeline}
          items={items}
          hasOlder={hasOlder}
          isLoading={isLoading}
          beginning={isDirect ? texts.beginningWith(entry.title) : texts.beginning(entry.title)}
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
        <NothingYet isEmpty={isLoaded && items.length === 0} error={error} />
      )}
      <LiveRegion items={items} isLoaded={isLoaded} me={user.id} />
      <TypingLine room={room} />
      <Composer
        title={entry.title}
        writing={writing}
        draft={text}
        onDraft={write}
        onSend={say}
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

function NothingYet(props: { isEmpty: boolean; error: RoomError | undefined }): ReactElement {
  const { isEmpty, error } = props;
  const texts = useTexts();
  return (
    <div className="timeline empty" role="status">
      {isEmpty && <Icon name="smile" />}
      {isEmpty && !error ? (
        <p>{texts.emptyRoom}</p>
      ) : (
        <p className="muted">{error ? errorText(error, texts) : texts.loading}</p>
      )}
    </div>
  );
}
