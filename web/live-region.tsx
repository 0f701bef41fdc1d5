import { useEffect, useRef, useState, type ReactElement } from 'react';
import { useTexts } from './languages.ts';
import { shownText } from './links.ts';
import type { Item } from './message-row.tsx';

// A screen reader that is told everything is told nothing.
const EVERY_MS = 1_500;
const LONGEST = 200;

/** Tells screen readers politely what others say: one message whole, of several how many. */
export function LiveRegion({ items, me }: { items: readonly Item[]; me: string }): ReactElement {
  const texts = useTexts();
  const [said, setSaid] = useState('');
  const last = useRef<Date>(undefined);
  const newest = items.findLast((item) => item.state === 'stored');
  useEffect(() => {
    if (!newest) return;
    const since = last.current;
    if (since === undefined) {
      last.current = newest.at;
      return;
    }
    const timer = setTimeout(() => {
      const fresh = newSince(items, since, me);
      last.current = newest.at;
      const [one] = fresh;
      if (fresh.length > 1) setSaid(texts.saidMany(fresh.length));
      else if (one) {
        setSaid(texts.said(one.by.name, shownText(one.data?.text ?? '').slice(0, LONGEST)));
      }
    }, EVERY_MS);
    return () => clearTimeout(timer);
    // Whatever else changes in the list, it is for the newest that one listens.
  }, [newest?.at.getTime(), me, texts]);
  return (
    <div className="sr-only" role="status" aria-live="polite">
      {said}
    </div>
  );
}

function newSince(items: readonly Item[], since: Date, me: string) {
  const fresh = [];
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const item = items[index];
    if (item?.state !== 'stored') continue;
    if (item.at <= since) break;
    if (item.by.id !== me) fresh.push(item);
  }
  return fresh;
}
