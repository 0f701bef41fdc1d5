import { createContext, useContext } from 'react';
import { texts as english, type Texts } from './texts/en.ts';

// Another language is another file there.
const files = import.meta.glob<{ texts: Texts }>('./texts/*.ts', { eager: true });

/** The languages of this page, by their codes. */
export const languages: ReadonlyMap<string, Texts> = new Map(
  Object.entries(files).map(([path, { texts }]) => [path.replace(/^.*\/|\.ts$/g, ''), texts]),
);

/** The first of these languages (`zh-Hans-CN`, …) that the page has. */
export function languageOf(wanted: readonly string[]): string {
  const codes = wanted.map((code) => code.toLowerCase().split('-')[0] ?? '');
  return codes.find((code) => languages.has(code)) ?? 'en';
}

/** The texts of a language. */
export function textsOf(code: string): Texts {
  return languages.get(code) ?? english;
}

/** The language in use: its code, for dates, and its texts. */
export const Language = createContext<{ code: string; texts: Texts }>({
  code: 'en',
  texts: english,
});

/** The texts of the language in use. */
export function useTexts(): Texts {
  return useContext(Language).texts;
}
