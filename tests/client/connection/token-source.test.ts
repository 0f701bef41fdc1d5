import { describe, expect, it } from 'vitest';
import { createTokenSource, userOf } from '../../../client/connection/token-source.ts';
import { startServer } from '../../kit/clients.ts';
import { manualClock } from '../../kit/manual-clock.ts';

describe('createTokenSource', () => {
  it('asks once, however many wait, and anew for the next', async () => {
    let count = 0;
    const source = createTokenSource(async () => `token-${(count += 1)}`, manualClock());
    expect(await Promise.all([source.get(), source.get(), source.get()])).toEqual(
      Array(3).fill('token-1'),
    );
    expect(await source.get()).toBe('token-2');
  });

  it('gives up on a function that hangs, and takes nothing but text', async () => {
    const clock = manualClock();
    const hanging = createTokenSource(() => new Promise(() => {}), clock).get();
    clock.advance(30_000);
    await expect(hanging).rejects.toMatchObject({ code: 'DISCONNECTED' });
    const odd = createTokenSource(() => 5 as unknown as string, clock).get();
    await expect(odd).rejects.toThrow('no text');
    const broken = createTokenSource(() => {
      throw new Error('a bug');
    }, clock);
    await expect(broken.get()).rejects.toThrow('a bug');
  });

  it('knows whose token it was', async () => {
    const server = await startServer();
    const token = await server.token('ada');
    const source = createTokenSource(async () => token, manualClock());
    expect(source.user).toBeUndefined();
    await source.get();
    expect([source.user, createTokenSource(token, manualClock()).user]).toEqual(['ada', 'ada']);
  });

  it.each(['', 'opaque', 'a.b.c', 'a.bnVsbA.c', 'a.e30.c', `a.${'='.repeat(9)}.c`])(
    'reads no user out of %j',
    (token) => expect(userOf(token)).toBe(''),
  );
});
