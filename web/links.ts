/** A piece of a message: plain text, or a link that may be followed. */
export type TextPart = string | { readonly href: string; readonly text: string };

// Up to what cannot be in a URL; what ends a sentence is no part of it.
const URLS = /https?:\/\/[^\s<>"'`{}|\\^]+/gi;
const ENDINGS = /[.,:;!?…。，、；：！？)\]}»”’]+$/u;

/** Finds the links of a text: http and https, and no others. */
export function linkParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(URLS)) {
    const shown = withoutEnding(match[0]);
    const href = hrefOf(shown);
    if (href === undefined) continue;
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push({ href, text: shown });
    end = match.index + shown.length;
  }
  if (end < text.length || parts.length === 0) parts.push(text.slice(end));
  return parts;
}

/** A text without what is never drawn, or turns the direction of what stands around it. */
export function shownText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is taken out
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '');
}

// With what joins and colours them: each by itself is meant.
const PICTURES = new RegExp(
  String.raw`^[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\u200d\ufe0f\s]+$`,
  'u',
);

/** Is it nothing but a few pictures? */
export function isEmojiOnly(text: string): boolean {
  return text.length <= 24 && PICTURES.test(text.trim());
}

function withoutEnding(url: string): string {
  const bare = url.replace(ENDINGS, '');
  // A bracket that the URL itself has opened belongs to it.
  const isOwn = url[bare.length] === ')' && bare.includes('(') && !bare.includes(')');
  return isOwn ? `${bare})` : bare;
}

function hrefOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, href, hostname } = new URL(text);
  const isWeb = protocol === 'http:' || protocol === 'https:';
  return isWeb && hostname !== '' ? href : undefined;
}
