import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Recency } from '../../server/recency.ts';

/** What is in it, the oldest first; it is empty then. */
function drain(recency: Recency<string>): string[] {
  const items: string[] = [];
  for (let next = recency.oldest; next; next = recency.oldest) {
    items.push(`${next.item}${next.at}`);
    recency.delete(next.item);
  }
  return items;
}

describe('the order of last touch', () => {
  it('is that of the last one, whatever was touched before or taken away', () => {
    const names = fc.constantFrom('a', 'b', 'c', 'd');
    const deeds = fc.array(fc.record({ name: names, isTouch: fc.boolean() }), { maxLength: 30 });
    fc.assert(
      fc.property(deeds, (all) => {
        const recency = new Recency<string>();
        const model = new Map<string, number>();
        for (const [at, { name, isTouch }] of all.entries()) {
          model.delete(name);
          if (isTouch) model.set(name, at);
          if (isTouch) recency.touch(name, at);
          else recency.delete(name);
          expect(recency.size).toBe(model.size);
        }
        expect(drain(recency)).toEqual([...model].map(([name, at]) => `${name}${at}`));
        expect([recency.size, recency.oldest]).toEqual([0, undefined]);
      }),
    );
  });

  it('costs one busy item among many no more with every time', () => {
    const recency = new Recency<object>();
    for (let no = 0; no < 20_000; no += 1) recency.touch({}, no);
    const busy = {};
    // Some milliseconds; 15 s and more where each leaves something behind.
    for (let no = 0; no < 100_000; no += 1) recency.touch(busy, 20_000 + no);
    expect(recency.size).toBe(20_001);
  });
});
