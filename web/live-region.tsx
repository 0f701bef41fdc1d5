import { useEffect, useRef, useState, type ReactElement } from 'react';
import { parsePosition } from 'trpc-rooms/shared';
import { useTexts } from './languages.ts';
import { shownText } from './links.ts';
import type { Item, StoredItem } from './message-row.tsx';

// A screen reader that is told everything is told nothing.
const EVERY_MS = 1_500;
const LONGEST = 200;

/** Tells screen readers politely what others say, now and then: one message whole, of several how many. */
export function LiveRegion(props: {
  items: readonly Item[];
  isLoaded: boolean;
  me: string;
}): ReactElement {
  const { items, isLoaded, me } = props;
  const texts = useTexts();
  const [said, setSaid] = useState('');
  const newest = useRef(items);
  /** Up to where all is said, or was there before. */
  const offset = useRef<number>(undefined);
  useEffect(() => {
    newest.current = items;
    if (isLoaded) offset.current ??= offsetOf(items.findLast(isStored));
  }, [items, isLoaded]);
  useEffect(() => {
    const timer = setInterval(() => {
      if (offset.current === undefined) return;
      const fresh = after(newest.current, offset.current);
      offset.current = Math.max(offset.current, offsetOf(fresh[0]));
      const others = fresh.filter(({ by }) => by.id !== me);
      const [one] = others;
      if (others.length > 1) setSaid(texts.saidMany(others.length));
      else if (one) {
        setSaid(texts.said(one.by.name, shownText(one.data?.text ?? '').slice(0, LONGEST)));
      }
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [me, texts]);
  return (
    <div className="sr-only" role="status" aria-live="polite">
      {said}
    </div>
  );
}

/** What is stored after an offset, newest first. */
function after(items: readonly Item[], offset: number): readonly StoredItem[] {
  const fresh: StoredItem[] = [];
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const item = items[index];
    if (!item || !isStored(item)) continue;
    if (offsetOf(item) <= offset) break;
    fresh.push(item);
  }
  return fresh;
}

function isStored(item: Item): item is StoredItem {
  return item.state === 'stored';
}

function offsetOf(item: StoredItem | undefined): number {
  return (item && parsePosition(item.position)?.offset) ?? 0;
}
