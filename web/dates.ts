import type { Texts } from './texts/en.ts';

/** Is it another day, where the reader is? */
export function isOtherDay(a: Date, b: Date): boolean {
  return a.toDateString() !== b.toDateString();
}

/** `Today`, `Yesterday`, or the date. */
export function dayText(
  day: Date,
  now: Date,
  { code, texts }: { code: string; texts: Texts },
): string {
  const before = new Date(now);
  before.setDate(before.getDate() - 1);
  if (!isOtherDay(day, now)) return texts.today;
  if (!isOtherDay(day, before)) return texts.yesterday;
  const year = day.getFullYear() === now.getFullYear() ? {} : ({ year: 'numeric' } as const);
  return formatOf(code, { weekday: 'long', day: 'numeric', month: 'long', ...year }).format(day);
}

/** The time of day. */
export function timeText(at: Date, code: string): string {
  return formatOf(code, { hour: 'numeric', minute: '2-digit' }).format(at);
}

/** The time of day where there is little room: without the half of the day. */
export function shortTimeText(at: Date, code: string): string {
  const parts = formatOf(code, { hour: 'numeric', minute: '2-digit' }).formatToParts(at);
  const shown = parts.filter(({ type }) => type !== 'dayPeriod');
  return shown
    .map(({ value }) => value)
    .join('')
    .trim();
}

/** Date and time, for whoever wants to know it all. */
export function momentText(at: Date, code: string): string {
  return formatOf(code, { dateStyle: 'full', timeStyle: 'medium' }).format(at);
}

// To make a format takes far longer than to use it.
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(code: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = code + JSON.stringify(options);
  const format = formats.get(name) ?? new Intl.DateTimeFormat(code, options);
  formats.set(name, format);
  return format;
}
