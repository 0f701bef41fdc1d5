import { z } from 'zod';
import { limits } from './limits.ts';

// Control, format (bidi marks, zero-width characters), surrogate and private characters, line breaks.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;
// A zero-width joiner between two pictures makes one emoji of them and hides nothing.
const EMOJI_JOINER = /(?<=\p{Extended_Pictographic}[\uFE0F\u{1F3FB}-\u{1F3FF}]?)\u200D(?=\p{Extended_Pictographic})/gu;
const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** A name shown to others: trimmed, NFC, 1 to 64 characters as people count them, at most 16 code
 *  points to a character, and nothing invisible that could pass it off as another's. */
export const displayName = z
  .string()
  .max(limits.nameLength * 16)
  .transform((name) => name.normalize('NFC').trim())
  .refine((name) => !HIDDEN.test(name.replace(EMOJI_JOINER, '')), {
    error: 'must not contain control, bidirectional or zero-width characters',
    abort: true,
  })
  .refine((name) => name !== '' && countCharacters(name) <= limits.nameLength, {
    error: `must have 1 to ${limits.nameLength} characters`,
  })
  .refine((name) => name.length <= limits.nameLength * 16, { error: 'has overlong characters' });

function countCharacters(text: string): number {
  let count = 0;
  for (const _ of segmenter.segment(text)) count += 1;
  return count;
}
