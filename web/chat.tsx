import { useCallback, useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import type { Way } from 'trpc-rooms/client';
import { RoomsProvider } from 'trpc-rooms/react';
import { ConnectionBanner, Notice } from './banners.tsx';
import { LOBBY, openClient, type ChatClient } from './client.ts';
import { errorText } from './error-text.ts';
import { useTexts } from './languages.ts';
import { useMyRooms, type RoomEntry } from './my-rooms.ts';
import { Page, type PageContext } from './page-context.ts';
import { RoomView } from './room-view.tsx';
import { goTo, useRoute } from './route.ts';
import type { Session } from './session.ts';
import type { SettingsProps } from './settings.tsx';
import { Sidebar } from './sidebar.tsx';

const TOAST_MS = 5_000;

/** The chat of somebody who has come in. */
export function Chat(props: {
  session: Session;
  settings: SettingsProps;
  onStartAgain: () => void;
}): ReactElement | null {
  const { session, settings, onStartAgain } = props;
  const texts = useTexts();
  const { client, isStored, way } = useClient(session);
  const { toast, say } = useToast();
  const [isWayHidden, setWayHidden] = useState(false);
  const [isStorageHidden, setStorageHidden] = useState(false);
  const page = useMemo<PageContext | undefined>(
    () =>
      client && {
        client,
        user: session.user,
        say,
        sayError: (error) => say(errorText(error, texts)),
      },
    [client, session.user, say, texts],
  );
  if (!client || !page) return null;
  return (
    <RoomsProvider client={client}>
      <Page.Provider value={page}>
        <div className="page">
          <ConnectionBanner onStartAgain={onStartAgain} />
          {!isStored && !isStorageHidden && (
            <Notice text={texts.noStorage} onClose={() => setStorageHidden(true)} />
          )}
          {way === 'http' && !isWayHidden && (
            <Notice text={texts.overHttp} onClose={() => setWayHidden(true)} />
          )}
          <Rooms client={client} settings={settings} isLive={way === 'websocket'} />
          <div className="toasts" role="status">
            {toast && <p className="toast">{toast}</p>}
          </div>
        </div>
      </Page.Provider>
    </RoomsProvider>
  );
}

/** A client as long as the page is there. */
function useClient(session: Session) {
  const [client, setClient] = useState<ChatClient>();
  const [isStored, setStored] = useState(true);
  const [way, setWay] = useState<Way>('websocket');
  useEffect(() => {
    const opened = openClient(session, {
      onStorageError: () => setStored(false),
      onWay: setWay,
    });
    setClient(opened);
    return () => opened.close();
  }, [session]);
  return { client, isStored, way };
}

function useToast() {
  const [toast, setToast] = useState<string>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const say = useCallback((text: string) => {
    clearTimeout(timer.current);
    setToast(text);
    timer.current = setTimeout(() => setToast(undefined), TOAST_MS);
  }, []);
  return { toast, say };
}

function Rooms(props: {
  client: ChatClient;
  settings: SettingsProps;
  isLive: boolean;
}): ReactElement {
  const { client, settings, isLive } = props;
  const texts = useTexts();
  const route = useRoute();
  const mine = useMyRooms(client, route, texts);
  const open = route ?? LOBBY;
  const { entered, onEnter } = useEntering(route);
  const drafts = useRef(new Map<string, string>());
  const { total, onUnread } = useTotal();
  const entry: RoomEntry = mine.entries.find(({ id }) => id === open) ?? {
    id: open,
    title: open,
    kind: 'open',
  };
  const { reload } = mine;
  const onChange = useCallback(() => void reload().catch(() => {}), [reload]);
  useEffect(() => {
    document.title = `${total > 0 ? `(${total}) ` : ''}${entry.title} · ${texts.app}`;
  }, [total, entry.title, texts]);
  return (
    <div className="layout" data-at={route === undefined ? 'list' : 'room'}>
      <Sidebar
        mine={mine}
        open={open}
        isLive={isLive}
        settings={settings}
        onUnread={onUnread}
        onEnter={onEnter}
      />
      <main className="main">
        <RoomView
          key={`${open} ${entered}`}
          entry={entry}
          drafts={drafts.current}
          onChange={onChange}
        />
      </main>
    </div>
  );
}

/** Enters rooms. `entered`: how often one that was open already. */
function useEntering(route: string | undefined) {
  const [entered, setEntered] = useState(0);
  const onEnter = useCallback(
    // There is no way to go to where one is, but what stood there may have ended.
    (id: string) => (id === route ? setEntered((count) => count + 1) : goTo(id)),
    [route],
  );
  return { entered, onEnter };
}

/** How much is unread in all rooms together. */
function useTotal() {
  const [counts, setCounts] = useState<ReadonlyMap<string, number>>(new Map());
  const onUnread = useCallback(
    (id: string, count: number) => setCounts((before) => new Map(before).set(id, count)),
    [],
  );
  return { total: [...counts.values()].reduce((sum, count) => sum + count, 0), onUnread };
}
