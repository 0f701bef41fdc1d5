import { useEffect, useState, type ReactElement } from 'react';
import { useMembers, useRoom } from 'trpc-rooms/react';
import { chat, type RevokedReason } from 'trpc-rooms/shared';
import { Notice } from './banners.tsx';
import type { ChatRoom } from './client.ts';
import { Conversation } from './conversation.tsx';
import { IconButton } from './icon-button.tsx';
import { Icon } from './icons.tsx';
import { useTexts } from './languages.ts';
import type { RoomEntry } from './my-rooms.ts';
import { usePage } from './page-context.ts';
import { PeoplePanel } from './people-panel.tsx';
import { RoomMenu } from './room-menu.tsx';
import { goTo } from './route.ts';

const RELOAD = { onGap: 'reload' } as const;

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
  const [isPeopleShown, setPeopleShown] = usePeopleShown();
  useEffect(() => {
    const undo = [room?.on('renamed', onChange), room?.on('roleChanged', onChange)];
    return () => undo.forEach((forget) => forget?.());
  }, [room, onChange]);
  useIntroduction(entry);
  if (state.state === 'failed') return <Gone reason={state.reason} />;
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

// Beside the messages, where there is room; otherwise they would lie upon them.
const WIDE = '(min-width: 1021px)';

/** Are the people shown? By themselves only where there is room for them. */
function usePeopleShown() {
  const [isShown, setShown] = useState(() => matchMedia(WIDE).matches);
  useEffect(() => {
    const wide = matchMedia(WIDE);
    const fit = () => setShown(wide.matches);
    wide.addEventListener('change', fit);
    return () => wide.removeEventListener('change', fit);
  }, []);
  return [isShown, setShown] as const;
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

function Gone({ reason }: { reason: RevokedReason | undefined }): ReactElement {
  const texts = useTexts();
  return (
    <section className="room empty">
      <Icon name="lock" />
      <p>{reason ? texts.shutOut[reason] : texts.roomGone}</p>
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
      <IconButton
        icon="back"
        label={texts.showRooms}
        className="phone-only"
        onClick={() => goTo(undefined)}
      />
      <div className="room-title">
        <h1>
          <bdi>{entry.title}</bdi>
        </h1>
        <p className="muted">{room ? texts.peopleHere(count) : '\u00A0'}</p>
      </div>
      <IconButton
        icon="people"
        label={texts.showPeople}
        hint={texts.people}
        isPressed={isPeopleShown}
        onClick={onPeople}
      />
      <RoomMenu entry={entry} onChange={onChange} />
    </header>
  );
}
