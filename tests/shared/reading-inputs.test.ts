import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/index.ts';
import { eventsInput, historyInput, membersInput } from '../../shared/procedures.ts';

describe('historyInput', () => {
  const isTaken = (input: unknown) => historyInput.safeParse(input).success;

  it('asks for the newest 50 when nothing is said', () => {
    expect(historyInput.parse({ room: 'general' })).toEqual({
      room: 'general',
      limit: limits.historyPageDefault,
    });
  });

  it('takes before or after, not both', () => {
    expect(isTaken({ room: 'general', before: 'E:5' })).toBe(true);
    expect(isTaken({ room: 'general', after: 'E:5' })).toBe(true);
    const both = historyInput.safeParse({ room: 'general', before: 'E:9', after: 'E:5' });
    expect(both.error?.issues[0]?.message).toBe('takes either before or after, not both');
  });

  it('takes a limit from 1 to 200', () => {
    expect(isTaken({ room: 'general', limit: 1 })).toBe(true);
    expect(isTaken({ room: 'general', limit: 200 })).toBe(true);
  });

  it.each([0, -1, 201, 1.5, NaN, Infinity, '50', null, 2 ** 53])(
    'refuses the limit %j',
    (limit) => {
      expect(isTaken({ room: 'general', limit })).toBe(false);
    },
  );

  it.each([
    ['an unknown key', { room: 'general', order: 'desc' }],
    ['no room', {}],
    ['a megabyte for a position', { room: 'general', before: '1'.repeat(1_000_000) }],
    ['a number for a position', { room: 'general', after: 5 }],
    ['what is no position', { room: 'general', after: 'E:-1' }],
    ['__proto__', JSON.parse('{"room":"general","__proto__":{"limit":1}}')],
  ])('[CON3] refuses %s', (_, input) => {
    expect(isTaken(input)).toBe(false);
  });
});

describe('eventsInput', () => {
  const isTaken = (input: unknown) => eventsInput.safeParse(input).success;

  it('takes a room, and an id to resume after', () => {
    expect(isTaken({ room: 'general' })).toBe(true);
    expect(isTaken({ room: 'general', lastEventId: 'E:5/n.7' })).toBe(true);
    expect(isTaken({ room: 'general', lastEventId: null })).toBe(true);
  });

  it.each([
    ['an unknown key', { room: 'general', since: 'E:5' }],
    ['a megabyte for an id', { room: 'general', lastEventId: '1'.repeat(1_000_000) }],
    ['what is no id', { room: 'general', lastEventId: 'E' }],
    ['__proto__', JSON.parse('{"__proto__":{"room":"general"}}')],
  ])('[CON3] refuses %s', (_, input) => {
    expect(isTaken(input)).toBe(false);
  });
});

describe('membersInput', () => {
  it('[CON3] takes a room and a page of it, and nothing else', () => {
    const takes = (input: object) => membersInput.safeParse({ room: 'general', ...input }).success;
    for (const input of [{}, { limit: 5 }, { after: '17', limit: 500 }]) {
      expect(takes(input)).toBe(true);
    }
    const refused = [
      { limit: 0 },
      { limit: 501 },
      { after: 'ada' },
      { after: '-1' },
      { user: 'a' },
    ];
    for (const input of refused) expect(takes(input)).toBe(false);
  });
});
