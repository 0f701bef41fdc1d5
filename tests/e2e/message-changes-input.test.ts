import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineRoom, durable } from '../../shared/index.ts';
import { people, refusal } from '../kit/chatters.ts';
import { startServer } from '../kit/clients.ts';
import { overSocket } from '../kit/rooms-api.ts';

const room = 'r';

describe('bad input to changes', () => {
  it.each([
    ['what is no position', 'x', 'BAD_INPUT'],
    ['another epoch', 'other:1', 'STALE_POSITION'],
    ['the future', 'next', 'NO_SUCH_EVENT'],
    ['offset 0', 'zero', 'NO_SUCH_EVENT'],
    ['an edit', 'edit', 'NO_SUCH_EVENT'],
    ['a removed message', 'removed', 'EVENT_REMOVED'],
  ])('is refused for %s, and leaves no trace', async (_, at, reason) => {
    const { ada } = await people();
    const { position } = await ada.send.mutate({ room, text: 'a' });
    const edited = await ada.edit.mutate({ room, target: position, data: { text: 'b' } });
    const gone = await ada.send.mutate({ room, text: 'c' });
    await ada.remove.mutate({ room, target: gone.position });
    const [epoch] = position.split(':');
    const places: Record<string, string> = {
      next: `${epoch}:9`,
      zero: `${epoch}:0`,
      edit: edited.position,
      removed: gone.position,
    };
    const target = places[at] ?? at;
    const edit = ada.edit.mutate({ room, target, data: { text: 'x' } });
    await expect(edit).rejects.toMatchObject(refusal(reason));
    if (at !== 'removed') {
      await expect(ada.remove.mutate({ room, target })).rejects.toMatchObject(refusal(reason));
    }
    expect((await ada.history.query({ room })).events).toHaveLength(3);
  });

  it.each([
    ['chat.edit', { room, target: 'E:1' }],
    ['chat.edit', { room, target: 'E:1', data: {}, by: 'bob' }],
    ['chat.edit', { room, target: 'x'.repeat(200), data: { text: 'a' } }],
    ['chat.edit', { room, target: 'E:1', data: { text: 'a' }, ifVersion: 7 }],
    ['chat.remove', { room, target: 7 }],
    ['chat.remove', { room: 'a/b', target: 'E:1' }],
    ['chat.publish', { room, type: 'edited', data: { target: 'E:1', of: 'message', data: {} } }],
    ['chat.publish', { room, type: 'removed', data: { target: 'E:1' } }],
    ['chat.publish', { room, type: 'read', data: { position: 'E:1' } }],
    ['chat.send', { room, text: 'a', replyTo: 7 }],
    ['chat.send', { room, text: 'a', replyTo: 'nowhere' }],
  ])('is refused where %s is given %o', async (path, input) => {
    const call = await overSocket(await startServer(), 'ada');
    expect(await call('mutation', path, input)).toMatchObject({ outcome: 'BAD_INPUT' });
  });
});

describe('a kind whose events do not live', () => {
  const plain = defineRoom('plain', {
    events: { said: durable(z.object({ text: z.string() }), { publish: 'client' }) },
    shorthands: { speak: 'said' },
  });

  it('has no such procedures, and takes no answers', async () => {
    const call = await overSocket(await startServer({ rooms: { plain } }), 'ada');
    const missing = { outcome: 'NO_SUCH_PROCEDURE' };
    for (const name of ['edit', 'remove', 'react', 'reactors', 'markRead', 'unread', 'receipts']) {
      const input = { room, target: 'E:1' };
      expect(await call('mutation', `plain.${name}`, input)).toMatchObject(missing);
    }
    const input = { room, text: 'a', replyTo: 'E:1' };
    expect(await call('mutation', 'plain.speak', input)).toMatchObject({ outcome: 'BAD_INPUT' });
  });
});
