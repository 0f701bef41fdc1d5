import { describe, expect, it } from 'vitest';
import { chatServer, watch } from '../kit/chat-server.ts';
import { roadTo } from '../kit/road.ts';
import { waitFor } from '../kit/wait-for.ts';

describe('room.unread', () => {
  it('counts, falls at once when read, and is the same on all devices', async () => {
    const { join } = await chatServer();
    const bob = await join('bob');
    const first = await bob.send({ text: 'a' });
    const [phone, laptop] = [await join('ada'), await join('ada')];
    watch(phone.unread);
    watch(laptop.unread);
    await waitFor(() => expect(phone.unread.getSnapshot()).toEqual({ count: 1, isKnown: true }));
    const second = await bob.send({ text: 'b' });
    await phone.send({ text: 'mine' });
    await waitFor(() => expect(laptop.unread.getSnapshot().count).toBe(2));
    phone.unread.markRead(second.position);
    expect(phone.unread.getSnapshot()).toMatchObject({ count: 0, position: second.position });
    await waitFor(() => expect(laptop.unread.getSnapshot().count).toBe(0));
    await laptop.unread.markUnread(first.position);
    await waitFor(() => expect(phone.unread.getSnapshot().count).toBe(2));
    await bob.remove(second.position);
    await waitFor(() => expect(phone.unread.getSnapshot().count).toBe(1));
    await waitFor(() => expect(laptop.unread.getSnapshot().count).toBe(1));
  });

  it('tells the server once a second at most, with the furthest', async () => {
    const started = await chatServer();
    const bob = await started.join('bob');
    const sent = [];
    for (let index = 0; index < 10; index += 1) sent.push(await bob.send({ text: `${index}` }));
    const ada = await started.join('ada');
    const told: string[] = [];
    const other = await started.join('ada');
    other.onFrame((frame) => frame.type === 'unread' && told.push(frame.position ?? ''));
    watch(ada.unread);
    await waitFor(() => expect(ada.unread.getSnapshot().count).toBe(10));
    for (const { position } of sent) ada.unread.markRead(position);
    expect(ada.unread.getSnapshot().count).toBe(0);
    await waitFor(() => expect(told).toHaveLength(2));
    expect(told).toEqual([sent[0]?.position, sent[9]?.position]);
  });

  it('is right after a drop, whatever was read elsewhere meanwhile', async () => {
    const started = await chatServer();
    const road = await roadTo(started);
    const bob = await started.join('bob');
    await bob.send({ text: 'a' });
    const [phone, laptop] = [await started.join('ada', road.url), await started.join('ada')];
    watch(phone.unread);
    await waitFor(() => expect(phone.unread.getSnapshot().count).toBe(1));
    road.close();
    const { position } = await bob.send({ text: 'b' });
    await bob.send({ text: 'c' });
    watch(laptop.unread);
    laptop.unread.markRead(position);
    // Said without a connection, it is said when there is one.
    phone.unread.markRead(position);
    road.open();
    await waitFor(() =>
      expect(phone.unread.getSnapshot()).toEqual({ count: 1, isKnown: true, position }),
    );
  });
});

describe('room.receipts', () => {
  it('shows who has read how far, before and after one listens', async () => {
    const { join } = await chatServer();
    const [ada, bob, cy] = [await join('ada'), await join('bob'), await join('cy')];
    const first = await ada.send({ text: 'a' });
    const second = await ada.send({ text: 'b' });
    watch(bob.unread);
    bob.unread.markRead(first.position);
    await waitFor(async () => expect(bob.unread.getSnapshot().position).toBe(first.position));
    watch(ada.receipts);
    await waitFor(() =>
      expect(ada.receipts.getSnapshot()).toEqual({
        readers: [{ user: { id: 'bob', name: 'bob' }, position: first.position }],
        count: 1,
      }),
    );
    cy.unread.markRead(second.position);
    bob.unread.markRead(second.position);
    await waitFor(() => {
      const { readers } = ada.receipts.getSnapshot();
      expect(new Map(readers.map(({ user, position }) => [user.id, position]))).toEqual(
        new Map([
          ['bob', second.position],
          ['cy', second.position],
        ]),
      );
    });
  });
});
