// Control characters (a terminal obeys escape sequences), line separators, and the marks that turn
// the direction of writing: any of them lets a name or a text pose as something else.
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** Other people's text, safe to show on a terminal and on one line: what could act is written out. */
export function printable(text: string): string {
  return text.replace(UNSAFE, escape);
}

/** The same for text of several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

function escape(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return ' ';
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
