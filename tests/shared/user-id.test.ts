import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROOM_ID, userIdOf } from '../../shared/index.ts';

// Of few characters, so that texts are alike; and of any.
const texts = fc.oneof(
  fc.string({ unit: fc.constantFrom('~', '.', '2', 'E', '7', 'é', '|', '%'), maxLength: 6 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }),
);

describe('userIdOf', () => {
  it.each([
    ['ada', 'ada'],
    ['auth0|123', 'auth0~7C123'],
    ['ada@example.com', 'ada~40example.com'],
    ['..', '~2E~2E'],
    ['a~b', 'a~7Eb'],
    ['Åsa', '~C3~85sa'],
  ])('makes of %j the id %j', (text, id) => {
    expect(userIdOf(text)).toBe(id);
  });

  it('makes ids, and of each text another', () => {
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        fc.pre(one !== '');
        const id = userIdOf(one);
        if (id.length <= 128) expect(id).toMatch(ROOM_ID);
        expect(id === userIdOf(other)).toBe(one === other);
      }),
    );
  });

  it('makes none of nothing, of half a character, or of a text that is too long', () => {
    expect(userIdOf('')).not.toMatch(ROOM_ID);
    expect(userIdOf('é'.repeat(22))).not.toMatch(ROOM_ID);
    expect(() => userIdOf('\uD83D')).toThrow(URIError);
  });
});
