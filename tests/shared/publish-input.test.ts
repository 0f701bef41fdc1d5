import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineRoom, durable, ephemeral } from '../../shared/index.ts';
import { publishInput } from '../../shared/procedures.ts';

const kind = defineRoom('chat', {
  events: {
    message: durable(z.object({ text: z.string().trim().min(1).max(10) }), { publish: 'client' }),
    wave: ephemeral(z.object({ emoji: z.string() }), { publish: 'client' }),
    renamed: durable(z.object({ title: z.string() })),
  },
});
const input = publishInput(kind);
const message = { room: 'general', type: 'message', data: { text: 'hi' } };
const isTaken = (value: unknown) => input?.safeParse(value).success;

describe('publishInput', () => {
  it('[CON2] takes each event that clients may publish, parsed by its own schema', () => {
    expect(input?.parse({ ...message, data: { text: ' hi ' } })).toEqual(message);
    expect(isTaken({ room: 'general', type: 'wave', data: { emoji: '👋' } })).toBe(true);
  });

  it('[CON1] refuses an event that only the server publishes', () => {
    expect(isTaken({ room: 'general', type: 'renamed', data: { title: 'x' } })).toBe(false);
  });

  it('is undefined for a kind whose clients publish nothing', () => {
    const silent = defineRoom('news', { events: { posted: durable(z.object({})) } });
    expect(publishInput(silent)).toBeUndefined();
  });

  it.each([
    ['another type of event', { ...message, type: 'nope' }],
    ['a type that every object seems to have', { ...message, type: 'constructor' }],
    ["another event's data", { ...message, data: { emoji: '👋' } }],
    ['no data', { room: 'general', type: 'message' }],
    ['an over-long text', { ...message, data: { text: 'x'.repeat(11) } }],
    ['a text of spaces', { ...message, data: { text: '   ' } }],
    ['a bad room', { ...message, room: '../etc' }],
    ['no room', { type: 'message', data: { text: 'hi' } }],
    ['an unknown key', { ...message, extra: 1 }],
    ['an identity in the body', { ...message, by: { id: 'eve', name: 'Eve' } }],
    ['a time in the body', { ...message, at: new Date(0) }],
    ['an identity in the data', { ...message, data: { text: 'hi', by: 'eve' } }],
    ['a key with a space', { ...message, idempotencyKey: 'a b' }],
    ['an empty key', { ...message, idempotencyKey: '' }],
    ['a key of 129 characters', { ...message, idempotencyKey: 'k'.repeat(129) }],
    ['a key that is null', { ...message, idempotencyKey: null }],
    ['an array', [message]],
    ['null', null],
    ['nothing', undefined],
  ])('[CON3] refuses %s', (_, value) => {
    expect(isTaken(value)).toBe(false);
  });

  it('takes a key of 128 characters', () => {
    expect(isTaken({ ...message, idempotencyKey: 'k'.repeat(128) })).toBe(true);
  });

  it.each([
    [
      'beside the fields',
      '{"room":"general","type":"message","data":{"text":"hi"},"__proto__":{"polluted":1}}',
    ],
    [
      'in the data',
      '{"room":"general","type":"message","data":{"text":"hi","__proto__":{"polluted":1}}}',
    ],
    [
      'in place of the data',
      '{"room":"general","type":"message","__proto__":{"data":{"text":"hi"}}}',
    ],
  ])('[CON3] refuses __proto__ %s and pollutes nothing', (_, json) => {
    expect(isTaken(JSON.parse(json))).toBe(false);
    expect({}).not.toHaveProperty('polluted');
  });
});
