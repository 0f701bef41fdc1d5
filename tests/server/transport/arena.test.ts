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
    const arena = new Arena(16);
    const first = piece(arena, 'abcd');
    const second = piece(arena, 'ef');
    expect([first.toString(), second.toString()]).toEqual(['abcd', 'ef']);
    arena.reset();
    const third = piece(arena, 'wxyz');
    expect([third.toString(), third.buffer === first.buffer]).toEqual(['wxyz', true]);
  });

  it('[TRN3] leaves a piece alone that somebody keeps', () => {
    const arena = new Arena(16);
    const kept = piece(arena, 'abcd');
    arena.keep();
    arena.reset();
    piece(arena, 'wxyz');
    expect(kept.toString()).toBe('abcd');
  });

  it('holds more than a slab in one turn, and pieces larger than one', () => {
    const arena = new Arena(8);
    const pieces = ['abcdef', 'ghijkl', 'x'.repeat(20)].map((text) => piece(arena, text));
    expect(pieces.map(String)).toEqual(['abcdef', 'ghijkl', 'x'.repeat(20)]);
  });
});
