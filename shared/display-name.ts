import { z } from 'zod';
import { limits } from './limits.ts';

// Control, format (bidi marks, zero-width characters), surrogate and private characters, line breaks,
// and what is drawn as nothing though it counts as a letter or a mark (Hangul fillers, style marks).
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
// A zero-width joiner between two pictures makes one emoji of them and hides nothing; a style mark
// after a picture, or in a key such as 1️⃣, says how it is drawn.
// oxlint-disable-next-line no-misleading-character-class -- skin tones by themselves are meant
const EMOJI_GLUE =
  /(?<=\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?)\u200D(?=\p{Extended_Pictographic})|(?<=\p{Extended_Pictographic})[\uFE0E\uFE0F]|(?<=[0-9#*])\uFE0F(?=\u20E3)/gu;
const MAX_CODE_POINTS = 16;
const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** A name shown to others: trimmed, NFC, spaces plain and single, 1 to 64 characters as people count
 *  them, at most 16 code points to a character, and nothing invisible that could pass it off as
 *  another's. */
export const displayName = shownText(limits.nameLength);

/** A room's title: as a display name, of up to 100 characters. */
export const roomTitle = shownText(limits.titleLength);

function shownText(maxCharacters: number) {
  return z
    .string()
    .max(maxCharacters * MAX_CODE_POINTS)
    .transform((name) =>
      name
        .normalize('NFC')
        .replace(/\p{Zs}+/gu, ' ')
        .trim(),
    )
    .refine((name) => !HIDDEN.test(name.replace(EMOJI_GLUE, '')), {
      error: 'must not contain control, bidirectional or zero-width characters',
      abort: true,
    })
    .transform((name, context) => {
      const characters = charactersOf(name);
      if (characters.length < 1 || characters.length > maxCharacters) {
        context.addIssue(`must have 1 to ${maxCharacters} characters`);
      } else if (characters.some((character) => Array.from(character).length > MAX_CODE_POINTS)) {
        context.addIssue('has overlong characters');
      }
      return name;
    });
}

function charactersOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
