import { describe, expect, it } from 'vitest';
import { Arena } from '../../../server/transport/ws/arena.ts';

const frames = (...texts: string[]) => texts.map((text) => Buffer.from(text));

describe('Arena', () => {
  it('joins frames in order, and uses the same bytes again in the next turn', () => {
    const arena = new Arena(16);
    const first = arena.join(frames('ab', 'cd'), 4);
    const second = arena.join(frames('ef'), 2);
    expect([first.toString(), second.toString()]).toEqual(['abcd', 'ef']);
    arena.reset();
    const third = arena.join(frames('wxyz'), 4);
    expect([third.toString(), third.buffer === first.buffer]).toEqual(['wxyz', true]);
  });

  it('[TRN3] leaves a piece alone that somebody keeps', () => {
    const arena = new Arena(16);
    const kept = arena.join(frames('abcd'), 4);
    arena.keep();
    arena.reset();
    arena.join(frames('wxyz'), 4);
    expect(kept.toString()).toBe('abcd');
  });

  it('holds more than a slab in one turn, and pieces larger than one', () => {
    const arena = new Arena(8);
    const pieces = ['abcdef', 'ghijkl', 'x'.repeat(20)].map((text) =>
      arena.join(frames(text), text.length),
    );
    expect(pieces.map(String)).toEqual(['abcdef', 'ghijkl', 'x'.repeat(20)]);
  });
});
