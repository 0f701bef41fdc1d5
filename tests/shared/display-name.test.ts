import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayName } from '../../shared/index.ts';

const isTaken = (name: unknown) => displayName.safeParse(name).success;

describe('displayName', () => {
  it.each([
    ['letters', 'Ada Lovelace'],
    ['an apostrophe and a hyphen', "Siobhán O'Neill-Smith"],
    ['Chinese', '李小龍'],
    ['Arabic', 'محمد'],
    ['Hebrew', 'יעל'],
    ['Devanagari with its marks', 'क्षत्रिय'],
    ['Hangul', '김민준'],
    ['a picture', '🦊'],
    ['a picture in the style of a picture', '❤️'],
    ['a picture of several, joined', '👨‍👩‍👧‍👦'],
    ['joined pictures with skin tones', '👩🏽‍❤️‍💋‍👨🏿'],
    ['a joined picture after a style mark', '🏳️‍🌈'],
    ['a key', '1️⃣'],
    ['a flag', '🇪🇺'],
  ])('takes %s and keeps it', (_, name) => {
    expect(displayName.parse(name)).toBe(name);
  });

  it('trims and composes (NFC)', () => {
    expect(displayName.parse('  Rene\u0301  ')).toBe('Ren\u00E9');
    expect(displayName.parse('\u212B')).toBe('\u00C5');
  });

  it.each([
    ['a null character', 'a\0b'],
    ['a newline', 'a\nb'],
    ['a tab', 'a\tb'],
    ['an escape', '\u001B[31mred'],
    ['a C1 control', 'a\u009Bb'],
    ['a line separator', 'a\u2028b'],
    ['a paragraph separator', 'a\u2029b'],
    ['a right-to-left override', 'ann\u202Egnp'],
    ['a left-to-right isolate', '\u2066ann'],
    ['a right-to-left mark', 'ann\u200F'],
    ['an Arabic letter mark', 'ann\u061C'],
    ['a zero-width space', 'an\u200Bn'],
    ['a zero-width non-joiner', 'an\u200Cn'],
    ['a joiner between letters', 'an\u200Dn'],
    ['a joiner that joins nothing', '🦊\u200D'],
    ['a word joiner', 'an\u2060n'],
    ['a byte order mark inside', 'an\uFEFFn'],
    ['a soft hyphen', 'an\u00ADn'],
    ['a Mongolian vowel separator', 'an\u180En'],
    ['a tag character', 'ann\u{E0041}'],
    ['a Hangul filler', 'ann\u3164'],
    ['nothing but a Hangul filler', '\u3164'],
    ['a half-width Hangul filler', '\uFFA0'],
    ['Hangul jamo fillers', 'ann\u115F\u1160'],
    ['a blank Braille pattern', 'ann\u2800'],
    ['a grapheme joiner', 'an\u034Fn'],
    ['a style mark on a letter', 'an\uFE0Fn'],
    ['an ideographic style mark', 'ann\u{E0101}'],
    ['a private character', 'ann\uE000'],
    ['a lone surrogate', 'ann\uD800'],
  ])('refuses %s', (_, name) => {
    expect(isTaken(name)).toBe(false);
  });

  it.each(['', ' ', '\n\n', '\u3000', undefined, null, 5, {}, ['ann']])(
    'refuses a name that is none: %j',
    (name) => expect(isTaken(name)).toBe(false),
  );

  it('shows every kind of space as a plain one, and a run of them as one', () => {
    expect(displayName.parse('Ada\u00A0Lovelace')).toBe('Ada Lovelace');
    expect(displayName.parse('Ada \u2003\u3000 Lovelace')).toBe('Ada Lovelace');
  });

  it('counts 64 characters as people do', () => {
    expect(isTaken('a'.repeat(64))).toBe(true);
    expect(isTaken('a'.repeat(65))).toBe(false);
    expect(isTaken('👨‍👩‍👧‍👦'.repeat(64))).toBe(true);
    expect(isTaken('👨‍👩‍👧‍👦'.repeat(65))).toBe(false);
    expect(isTaken('e\u0301'.repeat(64))).toBe(true);
    expect(isTaken('e\u0301'.repeat(65))).toBe(false);
  });

  it('refuses a flood of marks on one character', () => {
    expect(isTaken(`a${'\u0335'.repeat(15)}`)).toBe(true);
    expect(isTaken(`a${'\u0335'.repeat(16)}`)).toBe(false);
    expect(isTaken(`Zalgo${'\u0335'.repeat(900)}`)).toBe(false);
  });

  it('refuses a megabyte, and a name that grows over the limit when composed', () => {
    expect(isTaken('a'.repeat(1_000_000))).toBe(false);
    expect(isTaken(' '.repeat(1_000_000))).toBe(false);
    expect(isTaken('\u{1D160}'.repeat(500))).toBe(false);
  });

  it('gives a name that it takes again, unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 70 }), (name) => {
        const parsed = displayName.safeParse(name);
        if (parsed.success) expect(displayName.parse(parsed.data)).toBe(parsed.data);
      }),
      { numRuns: 1_000 },
    );
  });
});
