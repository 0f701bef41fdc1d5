import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chat, defineRoom, durable, limits } from '../../shared/index.ts';
import { shorthandInput } from '../../shared/procedures.ts';

const kind = defineRoom('plan', {
  events: {
    moved: durable(
      z
        .object({ from: z.number(), to: z.number() })
        .refine(({ from, to }) => from < to, { error: 'from is before to', path: ['to'] })
        .refine((data) => Object.keys(data).length === 2, 'has two fields'),
      { publish: 'client' },
    ),
  },
});
const move = shorthandInput('moved', kind.events.moved);
const send = shorthandInput('message', chat.events.message);

describe('shorthandInput', () => {
  it('[CON2] takes the fields beside room and key, and gives the form of publish', () => {
    expect(send.parse({ room: 'general', text: ' hi ', idempotencyKey: 'k' })).toEqual({
      room: 'general',
      type: 'message',
      data: { text: 'hi' },
      idempotencyKey: 'k',
    });
  });

  it('asks the refinements of the object, which see its own fields only', () => {
    expect(move.safeParse({ room: 'general', from: 1, to: 2 }).success).toBe(true);
    const refused = move.safeParse({ room: 'general', from: 2, to: 1 });
    expect(refused.error?.issues).toMatchObject([{ path: ['to'], message: 'from is before to' }]);
  });

  it('names each field that is wrong', () => {
    const refused = move.safeParse({ room: 'general', from: 'a', to: 'b' });
    expect(refused.error?.issues.map(({ path }) => path)).toEqual([['from'], ['to']]);
  });

  it('names what is wrong beside the fields at once with them', () => {
    const refused = send.safeParse({ room: 'a:b', text: 5, replyTo: 'x', idempotencyKey: 'a b' });
    const paths = refused.error?.issues.map(({ path }) => path);
    expect(paths?.toSorted()).toEqual([['idempotencyKey'], ['replyTo'], ['room'], ['text']]);
  });

  it('takes a field for its own that has the name of a part of publish', () => {
    const events = { noted: durable(z.object({ data: z.object({ type: z.string() }) })) };
    const note = shorthandInput('noted', defineRoom('pad', { events }).events.noted);
    const data = { data: { type: 'a' } };
    expect(note.parse({ room: 'general', ...data })).toMatchObject({ type: 'noted', data });
    const refused = note.safeParse({ room: 'general', data: { type: 1 } });
    expect(refused.error?.issues.map(({ path }) => path)).toEqual([['data', 'type']]);
  });

  it('says of what is no object that it is none', () => {
    const said = [null, 'hi', ['general'], undefined].map((value) => send.safeParse(value));
    const messages = said.map(({ error }) => error?.issues.map(({ message }) => message));
    expect(messages).toEqual(
      ['null', 'string', 'array', 'undefined'].map((type) => [
        `Invalid input: expected object, received ${type}`,
      ]),
    );
  });

  it.each([
    ['an unknown key', { room: 'general', text: 'hi', extra: 1 }],
    ['an identity', { room: 'general', text: 'hi', by: { id: 'eve', name: 'Eve' } }],
    ['a type', { room: 'general', text: 'hi', type: 'typing' }],
    ['a wrong type', { room: 'general', text: 5 }],
    ['no text', { room: 'general' }],
    ['an over-long text', { room: 'general', text: 'x'.repeat(4_001) }],
    ['a bad room', { room: 'a:b', text: 'hi' }],
    ['a bad key', { room: 'general', text: 'hi', idempotencyKey: 'a\nb' }],
    ['the form of publish', { room: 'general', data: { text: 'hi' } }],
    ['null', null],
    ['a text', 'hi'],
  ])('[CON3] refuses %s', (_, value) => {
    expect(send.safeParse(value).success).toBe(false);
  });

  it.each([
    ['beside the fields', '{"room":"general","text":"hi","__proto__":{"polluted":1}}'],
    ['in place of a field', '{"room":"general","__proto__":{"text":"hi"}}'],
    ['in place of the room', '{"text":"hi","__proto__":{"room":"general"}}'],
  ])('[CON3] refuses __proto__ %s and pollutes nothing', (_, json) => {
    expect(send.safeParse(JSON.parse(json)).success).toBe(false);
    expect({}).not.toHaveProperty('polluted');
  });

  it('stays quick on a frame full of unknown keys', () => {
    const keys = Array.from({ length: limits.messageBytes / 8 }, (_, index) => [`k${index}`, 1]);
    const refused = send.safeParse({ room: 'general', text: 'hi', ...Object.fromEntries(keys) });
    expect(refused.error?.issues).toHaveLength(1);
  });
});
