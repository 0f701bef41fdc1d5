import { createElement } from 'react';
import { describe, expect, it } from 'vitest';
import { usePlaces } from '../../web/places.ts';
import { openPage } from '../kit/dom.ts';

type Item = Parameters<typeof usePlaces>[0][number];

const user = { id: 'me' };
const stored = (offset: number, more: object = {}) =>
  ({
    state: 'stored',
    position: `E:${offset}`,
    by: { id: 'me' },
    idempotencyKey: `k${offset}`,
    ...more,
  }) as Item;
const removed = (offset: number) => stored(offset, { isRemoved: true, idempotencyKey: undefined });
const pending = (key: string) => ({ state: 'sending', key }) as Item;
const from = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => stored(first + index));

/** Where a list begins that shows these one after the other, and in which of its lives. */
async function places(...shown: (readonly Item[])[]) {
  const seen: { first: number; life: number }[] = [];
  const List = ({ items }: { items: readonly Item[] }) => {
    const place = usePlaces(items, user);
    if (seen.at(-1) !== place) seen.push(place);
    return null;
  };
  const page = await openPage();
  for (const items of shown) await page.render(createElement(List, { items }));
  const [{ first, life } = { first: 0, life: 0 }] = seen;
  return seen.map((place) => [place.first - first, place.life - life]);
}

describe('the places of messages', () => {
  it('count down as older ones come above, and stay as newer ones come below', async () => {
    expect(await places(from(5, 9), from(1, 9), from(1, 10))).toEqual([
      [0, 0],
      [-4, 0],
      [-4, 0],
    ]);
  });

  it('count up as the oldest are let go, in the same life', async () => {
    expect(await places(from(1, 5), from(2, 6), from(5, 9))).toEqual([
      [0, 0],
      [1, 0],
      [4, 0],
    ]);
  });

  it('stay when the oldest is stored, or removed', async () => {
    const shown = [[pending('k1')], [stored(1)], [removed(1), stored(2)], [removed(1), removed(2)]];
    expect(await places(...shown)).toEqual(shown.map(() => [0, 0]));
  });

  it('begin anew when nothing is left of what was shown', async () => {
    expect(await places([], from(1, 5), from(7, 9), from(6, 9))).toEqual([
      [0, 0],
      [0, 0],
      [0, 1],
      [-1, 1],
    ]);
  });
});
