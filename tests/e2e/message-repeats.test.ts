import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chat, defineRoom, durable } from '../../shared/index.ts';
import { people, refusal } from '../kit/chatters.ts';
import { startServer } from '../kit/clients.ts';
import { overSocket } from '../kit/rooms-api.ts';

const room = 'r';
/** Keeps four events. */
const short = { ...chat, history: { ...chat.history, maxEvents: 4 } };

/** A message and the changes and answers that carry a key; then nothing of them is kept but the keys. */
async function changedAndTrimmed() {
  const { ada } = await people({ rooms: { chat: short } });
  const { position: target } = await ada.send.mutate({ room, text: 'a' });
  const reply = (text: string) =>
    ada.send.mutate({ room, text, replyTo: target, idempotencyKey: 'reply' });
  const edit = (text: string) =>
    ada.edit.mutate({ room, target, data: { text }, idempotencyKey: 'edit' });
  const remove = () => ada.remove.mutate({ room, target, idempotencyKey: 'remove' });
  const acks = { reply: await reply('b'), edit: await edit('c'), remove: await remove() };
  for (let index = 0; index < 5; index += 1) await ada.send.mutate({ room, text: `${index}` });
  return { ada, target, reply, edit, remove, acks };
}

describe('[SND1] a repeat, when what it is about is kept no more', () => {
  it('has the answer of the first time, and stores nothing', async () => {
    const { ada, reply, edit, remove, acks } = await changedAndTrimmed();
    const before = await ada.history.query({ room });
    expect(await reply('b')).toEqual({ ...acks.reply, duplicate: true });
    expect(await edit('c')).toEqual({ ...acks.edit, duplicate: true });
    expect(await remove()).toEqual({ ...acks.remove, duplicate: true });
    expect(await ada.history.query({ room })).toEqual(before);
  });

  it('is refused where it says something else, and where its key is new', async () => {
    const { ada, target, reply, acks } = await changedAndTrimmed();
    await expect(reply('x')).rejects.toMatchObject(refusal('CONFLICT'));
    const gone = refusal('NO_SUCH_EVENT');
    const [data, idempotencyKey] = [{ text: 'x' }, 'new'];
    const late = ada.send.mutate({ room, text: 'x', replyTo: target, idempotencyKey });
    await expect(late).rejects.toMatchObject(gone);
    const edit = ada.edit.mutate({ room, target, data, idempotencyKey });
    await expect(edit).rejects.toMatchObject(gone);
    await expect(ada.remove.mutate({ room, target, idempotencyKey })).rejects.toMatchObject(gone);
    expect(acks.reply.duplicate).toBe(false);
  });
});

describe('[AUT1] [SND1] a repeat of an edit, when its message is trimmed', () => {
  it('needs leave for one of the types that it may have been', async () => {
    const text = z.object({ text: z.string() });
    const life = { publish: 'client', editable: true } as const;
    const events = { notice: durable(text, life), message: durable(text, life) };
    const bulletin = defineRoom('bulletin', { events, history: { maxEvents: 2 } });
    const server = await startServer({
      rooms: { bulletin },
      authorize: ({ user, action }) => user.id !== 'eve' && action !== 'edit:notice',
    });
    const call = await overSocket(server, 'ada');
    const publish = () =>
      call('mutation', 'bulletin.publish', { room, type: 'message', data: { text: 'a' } });
    const [, target] = /"position":"([^"]+)"/.exec((await publish()).bytes) ?? [];
    const edit = { room, target, data: { text: 'b' }, idempotencyKey: 'k' };
    const first = await call('mutation', 'bulletin.edit', edit);
    for (let times = 0; times < 3; times += 1) await publish();
    expect(first.bytes).toContain('"duplicate":false');
    expect((await call('mutation', 'bulletin.edit', edit)).bytes).toContain('"duplicate":true');
    const eve = await overSocket(server, 'eve');
    expect(await eve('mutation', 'bulletin.edit', edit)).toMatchObject({ outcome: 'FORBIDDEN' });
  });
});

describe('an edit with a key', () => {
  it.each(['none', 'its own', "the removal's"])(
    '[MSG2] [LOG5] of a removed message is refused, with %s as version',
    async (which) => {
      const { ada } = await people();
      const { position: target } = await ada.send.mutate({ room, text: 'a' });
      const removal = await ada.remove.mutate({ room, target });
      const versions: Record<string, string> = {
        'its own': target,
        "the removal's": removal.position,
      };
      const ifVersion = versions[which];
      const data = { text: 'x' };
      const edit = ada.edit.mutate({ room, target, data, ifVersion, idempotencyKey: 'k' });
      await expect(edit).rejects.toMatchObject(refusal('EVENT_REMOVED'));
      const { events } = await ada.history.query({ room });
      expect(events.map(({ type }) => type)).toEqual(['removed']);
    },
  );
});

describe('[SND1] a removal with a key', () => {
  it('has the answer of the first time, though somebody else had removed it, when nothing is kept', async () => {
    const { ada } = await people({ rooms: { chat: short } });
    const { position: target } = await ada.send.mutate({ room, text: 'a' });
    const remove = (idempotencyKey?: string) => ada.remove.mutate({ room, target, idempotencyKey });
    const removal = await remove();
    expect(await remove('k')).toEqual({ ...removal, duplicate: true });
    // The message is gone, then its removal too.
    for (let index = 0; index < 5; index += 1) {
      await ada.send.mutate({ room, text: `${index}` });
      expect(await remove('k')).toEqual({ ...removal, duplicate: true });
    }
    await expect(remove('other')).rejects.toMatchObject(refusal('NO_SUCH_EVENT'));
  });

  it('is refused where the key stands for another one, whoever has removed the message', async () => {
    const { ada } = await people();
    const [a, b] = [
      await ada.send.mutate({ room, text: 'a' }),
      await ada.send.mutate({ room, text: 'b' }),
    ];
    const remove = (target: string, idempotencyKey?: string) =>
      ada.remove.mutate({ room, target, idempotencyKey });
    const first = await remove(a.position, 'k');
    const second = await remove(b.position);
    await expect(remove(b.position, 'k')).rejects.toMatchObject(refusal('CONFLICT'));
    expect(await remove(a.position, 'k')).toEqual({ ...first, duplicate: true });
    expect(await remove(b.position, 'new')).toEqual({ ...second, duplicate: true });
  });
});
