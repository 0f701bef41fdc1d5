import { describe, expect, it } from 'vitest';
import { settled } from '../../check/real/waiting.ts';

describe('settled', () => {
  it('tells in time from too late, and throws what went wrong in time', async () => {
    expect(await settled(Promise.resolve(), 10_000)).toBe(true);
    expect(await settled(new Promise(() => {}), 1)).toBe(false);
    const failing = Promise.reject(new Error('unreadable'));
    await expect(settled(failing, 10_000)).rejects.toThrow('unreadable');
  });
});
