import { describe, expect, it } from 'vitest';
import { IDEMPOTENCY_KEY, ROOM_ID, roomId } from '../../shared/index.ts';

describe('ROOM_ID', () => {
  it.each(['a', '7', 'general', 'Team.Blue_42~x-y', '...', '.a', 'a.', '-', '~', 'a'.repeat(128)])(
    'takes %j',
    (id) => {
      expect(ROOM_ID.test(id)).toBe(true);
      expect(roomId.safeParse(id).success).toBe(true);
    },
  );

  it.each([
    ['nothing', ''],
    ['one dot', '.'],
    ['two dots', '..'],
    ['a colon', 'a:b'],
    ['a star', '*'],
    ['braces', '{}'],
    ['a newline behind', 'a\n'],
    ['a newline in front', '\na'],
    ['a dot and a newline', '.\n'],
    ['a carriage return', 'a\r'],
    ['a null character', 'a\0'],
    ['a way upwards', '../'],
    ['a way upwards, inside', 'a/../b'],
    ['a slash', 'a/b'],
    ['a backslash', 'a\\b'],
    ['a percent sign', '%2e%2e'],
    ['an at sign, which is the server', '@server'],
    ['a space', 'a b'],
    ['129 characters', 'a'.repeat(129)],
    ['a megabyte', 'a'.repeat(1_000_000)],
    ['a Cyrillic а', 'gener\u0430l'],
    ['a full-width ａ', '\uFF41'],
    ['a one-dot leader', '\u2024\u2024'],
    ['a combining accent', 'e\u0301'],
    ['a zero-width space', 'a\u200Bb'],
    ['a right-to-left override', 'a\u202Eb'],
    ['a lone surrogate', '\uD800'],
  ])('refuses %s', (_, id) => {
    expect(ROOM_ID.test(id)).toBe(false);
    expect(roomId.safeParse(id).success).toBe(false);
  });

  it.each([5, null, ['general'], { toString: () => 'general' }, undefined])(
    'refuses what is not a string: %j',
    (id) => {
      expect(roomId.safeParse(id).success).toBe(false);
    },
  );
});

describe('IDEMPOTENCY_KEY', () => {
  it.each(['a', '3f2b8e52-7a0e-4a86-9a39-0d2f7b9b1a11', '!~/:{}', 'k'.repeat(128)])(
    'takes %j',
    (key) => expect(IDEMPOTENCY_KEY.test(key)).toBe(true),
  );

  it.each(['', 'a b', 'a\n', '\u007F', 'é', 'k'.repeat(129)])('refuses %j', (key) =>
    expect(IDEMPOTENCY_KEY.test(key)).toBe(false),
  );
});
