import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchMemory } from '../../../server/log/sqlite/batch-memory.ts';

const numbers = fc.array(fc.double(), { maxLength: 100 }).map((list) => new Float64Array(list));
const text = fc.string({ unit: 'binary' }).filter((one) => one.isWellFormed());
const batch = fc.record({ rooms: text, texts: text, numbers });
const answer = fc.record({ written: numbers, marked: fc.maxSafeInteger() });

/** The two ends of one memory, as two threads have it. */
function bothEnds(): [here: BatchMemory, there: BatchMemory] {
  const here = new BatchMemory();
  return [here, new BatchMemory(here.memory)];
}

describe('the memory of a batch', () => {
  it('gives the other end what was put there, once', () => {
    const [here, there] = bothEnds();
    expect(there.takeEntries()).toBeUndefined();
    fc.assert(
      fc.property(batch, answer, (entries, { written, marked }) => {
        expect(here.putEntries(entries)).toBe(true);
        expect(there.takeEntries()).toEqual(entries);
        expect(there.takeEntries()).toBeUndefined();
        const appended = { type: 'appended', written, marked, unmarked: undefined } as const;
        expect(there.putAppended(appended)).toBe(true);
        expect(here.takeAppended()).toEqual(appended);
        expect(() => here.takeAppended()).toThrow('no answer lies there');
        expect(there.takeEntries()).toBeUndefined();
      }),
    );
  });

  it.each([
    ['numbers', { rooms: '', texts: '', numbers: new Float64Array(8_193) }],
    ['letters', { rooms: '', texts: 'x'.repeat(192 * 1024 + 1), numbers: new Float64Array(8) }],
    ['bytes', { rooms: '𝒳', texts: 'é'.repeat(96 * 1024), numbers: new Float64Array(8) }],
  ])('takes no batch of too many %s, and nothing of it', (_, entries) => {
    const [here, there] = bothEnds();
    expect(here.putEntries(entries)).toBe(false);
    expect(there.takeEntries()).toBeUndefined();
  });

  it('takes a batch that fills it', () => {
    const [here, there] = bothEnds();
    const texts = 'é'.repeat(96 * 1024 - 1);
    const entries = { rooms: '[]', texts, numbers: new Float64Array(8_192).fill(7) };
    expect(here.putEntries(entries)).toBe(true);
    expect(there.takeEntries()).toEqual(entries);
  });

  it('takes no answer that says more than where events stand, or of too many', () => {
    const [, there] = bothEnds();
    const few = { type: 'appended', written: new Float64Array(3), marked: 1 } as const;
    expect(there.putAppended({ ...few, unmarked: 'no space' })).toBe(false);
    const many = { ...few, written: new Float64Array(8_192), unmarked: undefined };
    expect(there.putAppended(many)).toBe(false);
    expect(there.takeEntries()).toBeUndefined();
  });
});
