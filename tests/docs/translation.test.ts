import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const textOf = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');
const [english, chinese] = [textOf('README.md'), textOf('README.zh-CN.md')];

/** What a reader copies: blocks of code and commands, as they stand. */
function codeOf(text: string): string[] {
  const fenced = [...text.matchAll(/^```.*?^```/gms)].map(([block]) => block);
  const indented = text.replaceAll(/^```.*?^```/gms, '').match(/^ {4}.*$/gm) ?? [];
  return [...fenced, ...indented];
}

/** The chapters, each with its depth and what it says outside of code. */
function chaptersOf(text: string): { depth: number; prose: string }[] {
  const prose = text.replaceAll(/^```.*?^```/gms, '').replaceAll(/^ {4}.*$/gm, '');
  return prose.split(/^(?=#{1,6} )/m).map((chapter) => ({
    depth: /^#*/.exec(chapter)?.[0].length ?? 0,
    prose: chapter,
  }));
}

/** The numbers of a text, whatever stands around them. */
function numbersOf(text: string): string[] {
  return (text.match(/\d+(?:[.,]\d+)*/g) ?? []).toSorted();
}

/** What both languages write alike: names in backticks, and where links lead. */
function namesOf(text: string): string[] {
  const names = [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '');
  const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, to]) => to ?? '');
  return [...names, ...links].filter((name) => !name.startsWith('README')).toSorted();
}

describe('README.zh-CN.md', () => {
  it('has the same chapters, commands, code, numbers, names and links as README.md', () => {
    expect(codeOf(chinese)).toEqual(codeOf(english));
    const [ours, theirs] = [chaptersOf(english), chaptersOf(chinese)];
    expect(theirs.map(({ depth }) => depth)).toEqual(ours.map(({ depth }) => depth));
    for (const [index, { prose }] of ours.entries()) {
      const other = theirs[index]?.prose ?? '';
      expect(numbersOf(other), prose.slice(0, 40)).toEqual(numbersOf(prose));
      expect(namesOf(other), prose.slice(0, 40)).toEqual(namesOf(prose));
    }
  });
});
