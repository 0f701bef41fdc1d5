import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Arena } from '../../../server/transport/ws/arena.ts';

/** A piece with a text in it. */
function piece(arena: Arena, text: string): Buffer {
  const bytes = arena.take(text.length);
  bytes.write(text);
  return bytes;
}

describe('Arena', () => {
  it('gives each piece bytes of its own, and uses the same bytes again in the next turn', () => {
    const arena = new Arena({ slabBytes: 16 });
    const first = piece(arena, 'abcd');
    const second = piece(arena, 'ef');
    expect([first.toString(), second.toString()]).toEqual(['abcd', 'ef']);
    arena.reset();
    const third = piece(arena, 'wxyz');
    expect([third.toString(), third.buffer === first.buffer]).toEqual(['wxyz', true]);
  });

  it('holds more than a slab in one turn, and pieces larger than one', () => {
    const arena = new Arena({ slabBytes: 8 });
    const pieces = ['abcdef', 'ghijkl', 'x'.repeat(20)].map((text) => piece(arena, text));
    expect(pieces.map(String)).toEqual(['abcdef', 'ghijkl', 'x'.repeat(20)]);
  });

  it('has as many slabs as the largest turn needed, at most so many', () => {
    const arena = new Arena({ slabBytes: 4, slabs: 2 });
    const slabsOf = (...turn: string[]) => {
      const slabs = turn.map((text) => piece(arena, text).buffer);
      arena.reset();
      return slabs;
    };
    const [a, b, c] = slabsOf('aaaa', 'bbbb', 'cccc');
    const [d, e, f] = slabsOf('dddd', 'eeee', 'ffff');
    expect([d === a, e === b, f === c]).toEqual([true, true, false]);
  });

  it('[TRN3] leaves every piece alone that somebody keeps, whatever else is taken', () => {
    const turn = fc.array(
      fc.record({ length: fc.integer({ min: 1, max: 12 }), isKept: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(turn), (turns) => {
        const arena = new Arena({ slabBytes: 8, slabs: 3 });
        const kept: { bytes: Buffer; text: string }[] = [];
        let no = 0;
        for (const pieces of turns) {
          const ofTurn = pieces.map(({ length, isKept }) => {
            const text = String.fromCharCode(97 + (no++ % 26)).repeat(length);
            const bytes = piece(arena, text);
            if (isKept) arena.keep(bytes);
            return { bytes, text, isKept };
          });
          // Of this turn all are good still.
          for (const { bytes, text } of ofTurn) expect(bytes.toString()).toBe(text);
          kept.push(...ofTurn.filter(({ isKept }) => isKept));
          arena.reset();
        }
        for (const { bytes, text } of kept) expect(bytes.toString()).toBe(text);
      }),
    );
  });
});
