import { createElement, Fragment, StrictMode, type ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import {
  createRooms,
  type JoinOptions,
  type RoomHandle,
  type RoomsClient,
  type RoomsOfKind,
} from '../../../client/index.ts';
import {
  RoomsProvider,
  useConnection,
  useLatest,
  useMembers,
  useMessages,
  useNotifications,
  useRoom,
  useTyping,
  useUnread,
} from '../../../client/react/index.ts';
import { createStore } from '../../../client/store.ts';
import { chat, defineMe, durable, type Gap } from '../../../shared/index.ts';
import { sdkClient, startServer } from '../../kit/clients.ts';
import { openPage } from '../../kit/dom.ts';
import { settle } from '../../kit/settle.ts';
import { waitFor } from '../../kit/wait-for.ts';

type Rooms = RoomsClient<{ chat: typeof chat }>;

const under = (client: Rooms, ...children: ReactNode[]) =>
  createElement(StrictMode, null, createElement(RoomsProvider, { client }, ...children));

/** Shows everything that there is to show of a room. */
function Everything({ id, onRoom }: { id: string; onRoom?: (room: unknown) => void }) {
  const { room, state } = useRoom(chat, id, { onGap: 'reload' });
  const { items } = useMessages(room);
  const { users } = useMembers(room);
  const typing = useTyping(room);
  const { count } = useUnread(room);
  const { events } = useNotifications();
  const values = useLatest(room, 'typing');
  onRoom?.(room);
  const texts = items.map(({ data }) => data?.text).join(' ');
  const names = users.map(({ name }) => name).join(' ');
  const told = events.map(({ type }) => type).join(' ');
  return createElement(
    'p',
    null,
    `${state.state}; ${texts}; here ${names}; ${typing.count}/${values.size} type; ` +
      `${count} unread; told ${told}; ${useConnection().state}`,
  );
}

async function open(): Promise<{
  rooms: Rooms;
  join: (name: string) => Promise<RoomHandle<typeof chat>>;
}> {
  const server = await startServer();
  const rooms = await sdkClient(server, 'ada');
  return {
    rooms,
    join: async (name) => {
      const other = await sdkClient(server, name);
      const room = other.chat.join('r', { onGap: 'reload' });
      await room.ready;
      return room;
    },
  };
}

describe('hooks', () => {
  it('show messages, people, who types, what is unread, notices and the connection', async () => {
    const { rooms, join } = await open();
    const page = await openPage();
    await page.render(under(rooms, createElement(Everything, { id: 'r' })));
    await waitFor(() => expect(page.text()).toContain('joined; ; here ada; 0/0 type; 0 unread'));
    const bob = await join('bob');
    await bob.send({ text: 'hello' });
    void bob.typing();
    await waitFor(() =>
      expect(page.text()).toBe('joined; hello; here ada bob; 1/1 type; 1 unread; told ; open'),
    );
    await bob.whisper({ to: 'ada', text: 'psst' });
    await waitFor(() => expect(page.text()).toContain('told whisper'));
  });

  it("show events of a contract's own in one's private stream", async () => {
    const contract = {
      chat,
      me: defineMe({ events: { matched: durable(z.object({ room: z.string() })) } }),
    };
    const server = await startServer({ rooms: contract });
    const client = createRooms(contract, {
      url: server.socketUrl,
      token: await server.token('ada'),
    });
    onTestFinished(() => client.close());
    const Own = () => {
      const { events, unread } = useNotifications<typeof contract.me>();
      const matched = events.map((event) => (event.type === 'matched' ? event.data.room : ''));
      return createElement('p', null, `${matched.join(' ')}; ${unread} unread`);
    };
    const page = await openPage();
    await page.render(createElement(RoomsProvider, { client }, createElement(Own)));
    await server.rooms.notify('ada', 'matched', { room: 'r7' });
    await waitFor(() => expect(page.text()).toBe('r7; 1 unread'));
  });

  it('share one stream between all components of a room, and leave it with the last', async () => {
    const { rooms, join } = await open();
    const joins = vi.spyOn(rooms.chat, 'join');
    const page = await openPage();
    const seen = new Set<unknown>();
    const onRoom = (room: unknown) => void (room && seen.add(room));
    const one = createElement(Everything, { id: 'r', onRoom });
    await page.render(under(rooms, one, createElement(Everything, { id: 'r', onRoom })));
    const bob = await join('bob');
    await waitFor(() => expect(bob.people.getSnapshot().count).toBe(2));
    expect([joins.mock.calls.length, seen.size]).toEqual([1, 1]);
    await page.render(under(rooms, one));
    const [room] = seen as Set<RoomHandle<typeof chat>>;
    expect(room?.current.state).toBe('joined');
    await page.render(under(rooms));
    await waitFor(() => expect(room?.current).toEqual({ state: 'left' }));
    await waitFor(() => expect(bob.people.getSnapshot().count).toBe(1));
  });

  it('keep the stream where one component gives way to another, and change it with the id', async () => {
    const { rooms } = await open();
    const joins = vi.spyOn(rooms.chat, 'join');
    const page = await openPage();
    await page.render(under(rooms, createElement(Everything, { key: 'a', id: 'r' })));
    await page.render(under(rooms, createElement(Everything, { key: 'b', id: 'r' })));
    expect(joins).toHaveBeenCalledTimes(1);
    await page.render(under(rooms, createElement(Everything, { key: 'b', id: 's' })));
    await waitFor(() => expect(page.text()).toContain('joined'));
    expect(joins.mock.calls.map(([id]) => id)).toEqual(['r', 's']);
  });

  it('tell every component of a gap, with the newest onGap of each', async () => {
    const server = await startServer();
    const rooms = await sdkClient(server, 'ada');
    const told: string[] = [];
    const Listening = ({ name }: { name: string }) => {
      const onGap = ({ reason }: Gap) => void told.push(`${name} ${reason}`);
      const { state, gap } = useRoom(chat, 'r', { onGap });
      return createElement('p', null, `${state.state} ${gap?.reason ?? 'whole'} `);
    };
    const both = (...names: string[]) =>
      under(rooms, ...names.map((name, key) => createElement(Listening, { key, name })));
    const page = await openPage();
    await page.render(both('old', 'bob'));
    await page.render(both('new', 'bob'));
    await waitFor(() => expect(page.text()).toBe('joined whole joined whole '));
    await server.close();
    // Its log was in memory: another life of it begins.
    await startServer({ port: Number(new URL(server.url).port), secret: server.secret });
    const gaps = 'joined epoch-changed joined epoch-changed ';
    await waitFor(() => expect(page.text()).toBe(gaps));
    expect(told).toEqual(['new epoch-changed', 'bob epoch-changed']);
  });

  it('join each room with the options that it is asked for with, not those of the one before', async () => {
    const { rooms } = await open();
    const joins = vi.spyOn(rooms.chat, 'join');
    const Asking = ({ id, options }: { id: string; options: JoinOptions }) =>
      createElement('p', null, useRoom(chat, id, options).state.state);
    const show = (id: string, options: JoinOptions) =>
      page.render(under(rooms, createElement(Asking, { id, options })));
    const page = await openPage();
    await show('a', { onGap: () => {}, since: 'E:900', loadState: () => {} });
    await show('b', { onGap: 'reload', since: 'E:7' });
    await show('c', { onGap: () => {} });
    expect(joins.mock.calls).toEqual([
      ['a', { onGap: expect.any(Function), since: 'E:900', loadState: expect.any(Function) }],
      ['b', { onGap: 'reload', since: 'E:7' }],
      ['c', { onGap: expect.any(Function) }],
    ]);
  });

  it('load the state of a room for those who stay there, as whoever joined it asked last', async () => {
    const { rooms } = await open();
    const joins = vi.spyOn(rooms.chat, 'join');
    const loaded: string[] = [];
    const Loading = ({ id }: { id: string }) => {
      const { state } = useRoom(chat, id, {
        onGap: 'reload',
        loadState: () => void loaded.push(id),
      });
      return createElement('p', null, `${state.state} `);
    };
    const both = (...ids: string[]) =>
      under(rooms, ...ids.map((id, key) => createElement(Loading, { key, id })));
    const page = await openPage();
    await page.render(both('a', 'a'));
    await page.render(both('b', 'a'));
    await waitFor(() => expect(page.text()).toBe('joined joined '));
    loaded.length = 0;
    void joins.mock.calls[0]?.[1].loadState?.('E:0');
    expect(loaded).toEqual(['a']);
  });

  it('tell the newest onGap of a gap, also where there was none at first', async () => {
    let tell: (frame: unknown) => void = () => {};
    const room = {
      current: { state: 'joining' },
      subscribe: () => () => {},
      onFrame: (listener: typeof tell) => {
        tell = listener;
        return () => {};
      },
      leave: () => {},
    };
    const rooms: RoomsOfKind<typeof chat> = { join: () => room as never };
    const Listening = (options: JoinOptions) =>
      createElement('p', null, useRoom(rooms, 'r', options).gap?.reason);
    const page = await openPage();
    const onGap = vi.fn<(gap: Gap) => void>();
    await page.render(createElement(Listening, { onGap: 'reload' }));
    await page.render(createElement(Listening, { onGap }));
    tell({ type: 'gap', reason: 'expired', from: 'E:1', to: 'E:9' });
    await waitFor(() => expect(page.text()).toBe('expired'));
    expect(onGap.mock.calls).toEqual([[{ reason: 'expired', from: 'E:1', to: 'E:9' }]]);
  });

  it('join a room that has ended anew with the next component, for all of them', async () => {
    const server = await startServer();
    const [ada, bob] = await Promise.all([sdkClient(server, 'ada'), sdkClient(server, 'bob')]);
    const { room } = await ada.chat.create({ title: 'Plans', private: true });
    const enter = async () => {
      await ada.chat.invite({ room, user: 'bob' });
      await bob.chat.accept({ room });
    };
    await enter();
    const page = await openPage();
    const show = (...keys: string[]) =>
      page.render(under(bob, ...keys.map((key) => createElement(Everything, { key, id: room }))));
    await show('screen');
    await waitFor(() => expect(page.text()).toMatch(/^joined/));
    await ada.chat.removeMember({ room, user: 'bob' });
    await waitFor(() => expect(page.text()).toMatch(/^failed/));
    await enter();
    await show('screen', 'link');
    await waitFor(() => expect(page.text()).toMatch(/^joined.*joined/));
    const after = ada.chat.join(room, { onGap: 'reload' });
    await after.send({ text: 'welcome back' });
    await waitFor(() => expect(page.text()).toMatch(/(joined; welcome back.*){2}/));
  });

  it('render the latest values 20 times a second at most, and the last of them', async () => {
    const { store, set } = createStore<ReadonlyMap<string, unknown>>(new Map());
    const room = { latest: () => store, outbox: {} } as unknown as RoomHandle<typeof chat>;
    let renders = 0;
    const Counting = () => {
      renders += 1;
      return createElement('p', null, useLatest(room, 'typing').size);
    };
    const page = await openPage();
    await page.render(createElement(Counting));
    const [before, since] = [renders, performance.now()];
    for (let size = 1; size <= 50; size += 1) {
      set(new Map(Array.from({ length: size }, (_, key) => [`${key}`, 0])));
      await settle();
    }
    await waitFor(() => expect(page.text()).toBe('50'));
    // The first at once, and one whose time had come.
    expect(renders - before).toBeLessThanOrEqual(2 + (performance.now() - since) / 50);
  });

  it('render on a server as joining, join nothing there, and are taken over as they are', async () => {
    const { rooms } = await open();
    const joins = vi.spyOn(rooms.chat, 'join');
    const app = under(rooms, createElement(Everything, { id: 'r' }));
    const html = renderToString(app);
    expect(html).toContain('joining; ; here ; 0/0 type; 0 unread; told ; connecting');
    expect(joins).not.toHaveBeenCalled();
    const page = await openPage();
    expect(await page.hydrate(html, app)).toEqual([]);
    await waitFor(() => expect(page.text()).toContain('joined; ; here ada'));
  });

  it('say that they fail where the client has stopped, and break nothing', async () => {
    const { rooms } = await open();
    rooms.close();
    const page = await openPage();
    await page.render(under(rooms, createElement(Everything, { id: 'r' })));
    expect(page.text()).toContain('failed');
  });

  it('work on rooms of any client without a provider, and say where one is missing', async () => {
    const { rooms } = await open();
    const Alone = () =>
      createElement('p', null, useRoom(rooms.chat, 'r', { onGap: 'reload' }).state.state);
    const page = await openPage();
    await page.render(createElement(Fragment, null, createElement(Alone)));
    await waitFor(() => expect(page.text()).toBe('joined'));
    const Lost = () =>
      createElement('p', null, useRoom(chat, 'r', { onGap: 'reload' }).state.state);
    expect(() => renderToString(createElement(Lost))).toThrow('no <RoomsProvider>');
  });
});
