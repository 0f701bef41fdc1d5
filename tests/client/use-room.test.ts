import { createElement, StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { describe, expect, it, vi } from 'vitest';
import { createRoomStore } from '../../client/react/room-store.ts';
import { useRoom } from '../../client/react/index.ts';
import { sdkClient, startServer } from '../kit/clients.ts';

describe('createRoomStore', () => {
  it('joins with the first listener, shares one stream, and leaves with the last', async () => {
    const server = await startServer();
    const rooms = await sdkClient(server, 'ada');
    const store = createRoomStore(rooms.chat, 'r', { onGap: 'reload' });
    expect(store.getSnapshot()).toEqual({ room: undefined, state: { state: 'joining' } });
    const changes = vi.fn();
    const undo = [store.subscribe(changes), store.subscribe(vi.fn())];
    const { room } = store.getSnapshot();
    await vi.waitFor(() => expect(store.getSnapshot().state.state).toBe('joined'));
    expect([store.getSnapshot().room, changes.mock.calls.length > 0]).toEqual([room, true]);
    undo[0]?.();
    undo[0]?.();
    expect(store.getSnapshot().room).toBe(room);
    undo[1]?.();
    expect(room?.current).toEqual({ state: 'left' });
    expect(store.getSnapshot().room).toBeUndefined();
  });

  it('joins anew when it is listened to again, as StrictMode does', async () => {
    const server = await startServer();
    const rooms = await sdkClient(server, 'ada');
    const store = createRoomStore(rooms.chat, 'r', { onGap: 'reload' });
    store.subscribe(() => {})();
    const undo = store.subscribe(() => {});
    const { room } = store.getSnapshot();
    await room?.ready;
    expect(await room?.members()).toMatchObject({ count: 1 });
    undo();
  });
});

describe('useRoom', () => {
  it('renders on a server as joining, and joins nothing there', async () => {
    const server = await startServer();
    const rooms = await sdkClient(server, 'ada');
    const Shown = () => {
      const { room, state } = useRoom(rooms.chat, 'r', { onGap: 'reload' });
      return createElement('p', null, `${state.state} ${room === undefined}`);
    };
    const html = renderToString(createElement(StrictMode, null, createElement(Shown)));
    expect(html).toBe('<p>joining true</p>');
  });
});
