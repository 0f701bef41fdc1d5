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
    const arena = new Arena({ first: 16 });
    const first = piece(arena, 'abcd');
    const second = piece(arena, 'ef');
    expect([first.toString(), second.toString()]).toEqual(['abcd', 'ef']);
    arena.reset();
    const third = piece(arena, 'wxyz');
    expect([third.toString(), third.buffer === first.buffer]).toEqual(['wxyz', true]);
  });

  it('[TRN3] leaves a piece alone that somebody keeps', () => {
    const arena = new Arena({ first: 16 });
    const kept = piece(arena, 'abcd');
    arena.keep();
    arena.reset();
    piece(arena, 'wxyz');
    expect(kept.toString()).toBe('abcd');
  });

  it('holds more than a slab in one turn, and pieces larger than one', () => {
    const arena = new Arena({ first: 8, most: 8 });
    const pieces = ['abcdef', 'ghijkl', 'x'.repeat(20)].map((text) => piece(arena, text));
    expect(pieces.map(String)).toEqual(['abcdef', 'ghijkl', 'x'.repeat(20)]);
  });

  it('has room for the largest turn so far, up to its most, and takes no more than that', () => {
    const arena = new Arena({ first: 4, most: 32 });
    const slabs = (turn: readonly string[]) => {
      const pieces = turn.map((text) => piece(arena, text));
      expect(pieces.map(String)).toEqual(turn);
      arena.reset();
      return new Set(pieces.map(({ buffer }) => buffer)).size;
    };
    const turn = ['abcd', 'efgh', 'ijkl'];
    expect([slabs(['a']), slabs(turn), slabs(turn), slabs(turn)]).toEqual([1, 2, 2, 1]);
    expect(arena.take(2).buffer.byteLength).toBe(16);
    arena.reset();
    expect(slabs(['x'.repeat(17)])).toBe(1);
    expect(arena.take(2).buffer.byteLength).toBe(32);
    arena.reset();
    expect(slabs(['x'.repeat(30), 'y'.repeat(30)])).toBe(2);
    expect(arena.take(2).buffer.byteLength).toBe(32);
  });
});
