import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRooms } from '../../server/create-rooms.ts';
import {
  chat,
  emptyFold,
  foldPage,
  messagesOf,
  messageTypes,
  type HistoryPage,
  type RoomEvent,
} from '../../shared/index.ts';
import { follow, stockClient } from '../kit/clients.ts';
import { people, refusal } from '../kit/chatters.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { waitFor } from '../kit/wait-for.ts';

const room = 'r';

/** The messages of a page of history, folded to date. */
function folded(page: HistoryPage<RoomEvent>) {
  return messagesOf(foldPage(emptyFold(), { ...page, since: 0 }, messageTypes(chat))).messages;
}

describe('editing', () => {
  it('reaches everybody as an event of the log, live and after a reconnect', async () => {
    const { server, ada } = await people();
    const { trpc } = stockClient(server.socketUrl, await server.token('bob'));
    const live = await follow(trpc, room);
    const sent = await ada.send.mutate({ room, text: 'helo' });
    const ack = await ada.edit.mutate({ room, target: sent.position, data: { text: 'hello' } });
    expect(ack).toMatchObject({ position: sent.position.replace(/1$/, '2'), duplicate: false });
    const change = {
      type: 'edited',
      by: { id: 'ada' },
      data: { target: sent.position, of: 'message', data: { text: 'hello' } },
    };
    await waitFor(() => expect(live.frames.at(-1)?.data).toMatchObject({ event: change }));
    const resumed = await follow(trpc, room, sent.position);
    await waitFor(() => expect(resumed.frames.at(-1)?.data).toMatchObject({ event: change }));
  });

  it('is told with the page that holds the message, however far behind that is', async () => {
    const { ada } = await people();
    const first = await ada.send.mutate({ room, text: 'old' });
    for (let index = 0; index < 5; index += 1) await ada.send.mutate({ room, text: `${index}` });
    await ada.edit.mutate({ room, target: first.position, data: { text: 'older' } });
    await ada.edit.mutate({ room, target: first.position, data: { text: 'new' } });
    const page = await ada.history.query({
      room,
      limit: 2,
      before: first.position.replace(/1$/, '3'),
    });
    expect(page.events.map(({ type }) => type)).toEqual(['message', 'message']);
    expect(page.changes).toMatchObject([{ type: 'edited', data: { data: { text: 'new' } } }]);
    expect(folded(page)[0]).toMatchObject({ data: { text: 'new' } });
    expect(await ada.history.query({ room, limit: 2 })).not.toHaveProperty('changes');
  });

  it('parses data as publishing does, and says what is wrong with it', async () => {
    const { ada } = await people();
    const { position: target } = await ada.send.mutate({ room, text: 'a' });
    await ada.edit.mutate({ room, target, data: { text: '  b  ' } });
    const [one] = folded(await ada.history.query({ room }));
    expect(one).toMatchObject({ data: { text: 'b' } });
    for (const data of [{ text: '' }, { text: 'x', by: 'me' }, {}, null, { text: 7 }]) {
      const editing = ada.edit.mutate({ room, target, data: data as never });
      await expect(editing).rejects.toMatchObject({ data: { reason: 'BAD_INPUT', issues: [{}] } });
    }
    expect((await ada.history.query({ room })).events).toHaveLength(2);
  });

  it('with ifVersion is refused once the message has changed', async () => {
    const { ada } = await people();
    const { position: target } = await ada.send.mutate({ room, text: 'a' });
    const edit = (text: string, ifVersion: string, idempotencyKey?: string) =>
      ada.edit.mutate({ room, target, data: { text }, ifVersion, idempotencyKey });
    const second = await edit('b', target, 'k');
    await expect(edit('c', target)).rejects.toMatchObject(refusal('STALE_VERSION'));
    // The same key, as after a lost answer.
    expect(await edit('b', target, 'k')).toEqual({ ...second, duplicate: true });
    const third = await edit('c', second.position);
    const answers = await Promise.allSettled([
      edit('d', third.position),
      edit('e', third.position),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('of many at once all take place, one after the other', async () => {
    const { ada } = await people();
    const { position: target } = await ada.send.mutate({ room, text: 'a' });
    const texts = ['b', 'c', 'd'];
    await Promise.all(texts.map((text) => ada.edit.mutate({ room, target, data: { text } })));
    const { events } = await ada.history.query({ room });
    expect(events).toHaveLength(4);
    const [one] = folded({ events, hasMore: false });
    expect(one?.version).toBe(events.at(-1)?.position);
  });
});

describe('removing', () => {
  it('[LOG5] takes the content of a message and its edits out of replay and history', async () => {
    const { server, ada, bob } = await people();
    const sent = await ada.send.mutate({ room, text: 'secret' });
    await ada.edit.mutate({ room, target: sent.position, data: { text: 'secret too' } });
    await bob.send.mutate({ room, text: 'what?', replyTo: sent.position });
    const ack = await ada.remove.mutate({ room, target: sent.position });
    const { trpc } = stockClient(server.socketUrl, await server.token('bob'));
    const replay = await follow(trpc, room, sent.position.replace(/1$/, '0'));
    await waitFor(() => expect(replay.frames).toHaveLength(5));
    const page = await bob.history.query({ room });
    expect(JSON.stringify([replay.frames, page])).not.toContain('secret');
    expect(replay.frames.map(({ data }) => data.type)).toEqual([
      'ready',
      'erased',
      'erased',
      'event',
      'event',
    ]);
    expect(folded(page)).toMatchObject([
      { position: sent.position, isRemoved: true, by: { id: 'ada' }, replies: 1, version: ack.id },
      { data: { text: 'what?' }, replyTo: sent.position },
    ]);
  });

  it('is answered the same when it is repeated', async () => {
    const { ada } = await people();
    const { position: target } = await ada.send.mutate({ room, text: 'a' });
    const first = await ada.remove.mutate({ room, target });
    expect(await ada.remove.mutate({ room, target })).toEqual({ ...first, duplicate: true });
    const both = await ada.send.mutate({ room, text: 'b' });
    const acks = await Promise.all([
      ada.remove.mutate({ room, target: both.position }),
      ada.remove.mutate({ room, target: both.position }),
    ]);
    expect(new Set(acks.map(({ position }) => position)).size).toBe(1);
  });

  it('is told with a page of nothing but removed messages', async () => {
    const { ada } = await people();
    const sent = [];
    for (const text of ['a', 'b', 'c']) sent.push(await ada.send.mutate({ room, text }));
    for (const { position } of sent.slice(0, 2)) {
      await ada.remove.mutate({ room, target: position });
    }
    const page = await ada.history.query({ room, limit: 1, before: sent[2]?.position });
    expect(folded(page).map(({ isRemoved }) => isRemoved)).toEqual([true, true]);
  });

  it('[LOG5] leaves nothing in the files of a server that has closed', async () => {
    const dataDir = tempDir();
    const { server, ada } = await people({ dataDir });
    const secret = 'tell-nobody-of-this';
    const sent = await ada.send.mutate({ room, text: secret });
    await ada.edit.mutate({ room, target: sent.position, data: { text: `${secret}!` } });
    await ada.remove.mutate({ room, target: sent.position });
    await server.close();
    for (const name of readdirSync(dataDir)) {
      expect(readFileSync(join(dataDir, name)).includes(secret), name).toBe(false);
    }
  });
});

describe('answering', () => {
  it('carries what it answers to followers and history', async () => {
    const { server, ada, bob } = await people();
    const live = await follow(stockClient(server.socketUrl, await server.token('c')).trpc, room);
    const { position } = await ada.send.mutate({ room, text: 'a' });
    await bob.publish.mutate({ room, type: 'message', data: { text: 'b' }, replyTo: position });
    const answer = { data: { text: 'b' }, replyTo: position };
    await waitFor(() => expect(live.frames.at(-1)?.data).toMatchObject({ event: answer }));
    expect((await ada.history.query({ room })).events.at(-1)).toMatchObject(answer);
  });

  it('is refused for what is not there, and repeated answers stay what they were', async () => {
    const { ada, bob } = await people();
    const { position: replyTo } = await ada.send.mutate({ room, text: 'a' });
    const answer = (text: string) => bob.send.mutate({ room, text, replyTo, idempotencyKey: text });
    const first = await answer('b');
    await ada.remove.mutate({ room, target: replyTo });
    expect(await answer('b')).toEqual({ ...first, duplicate: true });
    await expect(answer('c')).rejects.toMatchObject(refusal('EVENT_REMOVED'));
    const nowhere = replyTo.replace(/1$/, '99');
    const lost = bob.send.mutate({ room, text: 'd', replyTo: nowhere });
    await expect(lost).rejects.toMatchObject(refusal('NO_SUCH_EVENT'));
    const elsewhere = bob.send.mutate({ room: 'other', text: 'e', replyTo });
    await expect(elsewhere).rejects.toMatchObject(refusal('NO_SUCH_EVENT'));
    expect((await ada.history.query({ room })).events).toHaveLength(2);
  });
});

describe('who may change a message', () => {
  it('is its author, and a moderator where the policy says so', async () => {
    const { ada, bob, as } = await people({
      authorize: ({ user }) => (user.id === 'mod' ? 'moderator' : true),
    });
    const { position: target } = await ada.send.mutate({ room, text: 'a' });
    const forbidden = refusal('FORBIDDEN');
    const editing = bob.edit.mutate({ room, target, data: { text: 'b' } });
    await expect(editing).rejects.toMatchObject(forbidden);
    await expect(bob.remove.mutate({ room, target })).rejects.toMatchObject(forbidden);
    const mod = await as('mod');
    await mod.edit.mutate({ room, target, data: { text: 'better' } });
    expect(folded(await ada.history.query({ room }))[0]).toMatchObject({
      data: { text: 'better' },
      by: { id: 'ada' },
      editedBy: { id: 'mod' },
    });
    await mod.remove.mutate({ room, target });
    expect(folded(await ada.history.query({ room }))[0]).toMatchObject({ isRemoved: true });
  });

  it('is a moderator of the room, where it has members, and no mere member', async () => {
    const { ada, bob, as } = await people();
    const { room: club } = await ada.create.mutate({ private: true });
    for (const id of ['bob', 'cy']) await ada.invite.mutate({ room: club, user: id });
    const cy = await as('cy');
    await bob.accept.mutate({ room: club });
    await cy.accept.mutate({ room: club });
    const { position: target } = await bob.send.mutate({ room: club, text: 'a' });
    const removal = cy.remove.mutate({ room: club, target });
    await expect(removal).rejects.toMatchObject(refusal('FORBIDDEN'));
    await ada.remove.mutate({ room: club, target });
    const stranger = await as('dan');
    for (const call of [
      stranger.edit.mutate({ room: club, target, data: { text: 'x' } }),
      stranger.react.mutate({ room: club, target, name: '+1', on: true }),
      stranger.markRead.mutate({ room: club, position: target }),
      stranger.receipts.query({ room: club }),
    ]) {
      await expect(call).rejects.toMatchObject(refusal('FORBIDDEN'));
    }
    expect((await stranger.unread.query({ rooms: [club] })).rooms).toEqual([]);
  });

  it('is nobody else by default', async () => {
    const { ada, bob } = await people();
    const { position: target } = await ada.send.mutate({ room, text: 'a' });
    const edit = bob.edit.mutate({ room, target, data: { text: 'b' } });
    await expect(edit).rejects.toMatchObject(refusal('FORBIDDEN'));
    await expect(bob.remove.mutate({ room, target })).rejects.toMatchObject(refusal('FORBIDDEN'));
    expect((await ada.history.query({ room })).events).toHaveLength(1);
  });

  it('[AUT1] is asked by the type of the message, and does not tell whether there is one', async () => {
    const asked: string[] = [];
    const { ada } = await people({
      authorize: ({ action }) => {
        asked.push(action);
        return !action.startsWith('edit') && !action.startsWith('remove');
      },
    });
    const { position: target } = await ada.send.mutate({ room, text: 'a' });
    const nowhere = target.replace(/1$/, '5');
    for (const at of [target, nowhere]) {
      const edit = ada.edit.mutate({ room, target: at, data: { text: 'b' } });
      await expect(edit).rejects.toMatchObject(refusal('FORBIDDEN'));
      const removal = ada.remove.mutate({ room, target: at });
      await expect(removal).rejects.toMatchObject(refusal('FORBIDDEN'));
    }
    const each = ['edit:message', 'remove:message'];
    expect(asked).toEqual(['publish:message', ...each, ...each]);
  });
});

describe('the server itself', () => {
  it('edits and removes what it likes, as itself or as somebody', async () => {
    const rooms = await createRooms({ rooms: { chat }, dataDir: null });
    const by = { id: 'ada', name: 'Ada' };
    const { position } = await rooms.publish('chat', room, 'message', { text: 'a' }, { by });
    const edit = await rooms.edit('chat', room, position, { text: 'b' });
    expect(edit.duplicate).toBe(false);
    await rooms.remove('chat', room, position, { by });
    await expect(rooms.edit('chat', room, position, { text: 'c' })).rejects.toMatchObject({
      code: 'EVENT_REMOVED',
    });
    const derived = { target: position, of: 'message', data: { text: 'x' } } as const;
    await expect(rooms.publish('chat', room, 'edited', derived)).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await rooms.close();
  });
});
