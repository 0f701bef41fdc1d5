import { describe, expect, it } from 'vitest';
import { createGuests } from '../../server/auth/guests.ts';
import { secretVerifier, signToken } from '../../server/auth/tokens.ts';
import { DAY, ROOM_ID } from '../../shared/index.ts';

const secret = 'a-secret-of-thirty-two-characters';
let time = Date.UTC(2026, 0, 1);
const now = () => time;
const verify = secretVerifier(secret, now);
const check = async () => {};
const enter = createGuests({ secret, verify, check, now });

describe('createGuests', () => {
  it('gives a new guest an id of his own and a token that holds', async () => {
    const { token, user } = await enter('  Ada ', undefined);
    expect(user.name).toBe('Ada');
    expect(user.id).toMatch(/^guest-/);
    expect(ROOM_ID.test(user.id)).toBe(true);
    expect(await verify(token)).toEqual({
      ...user,
      issuedAt: now(),
      expiresAt: now() + 30 * DAY,
    });
    expect((await enter('Ada', undefined)).user.id).not.toBe(user.id);
  });

  it('lets a guest who shows his token keep his id and take another name', async () => {
    const first = await enter('Ada', undefined);
    const second = await enter('Grace', first.token);
    expect(second.user).toEqual({ id: first.user.id, name: 'Grace' });
  });

  it("does not turn a user's token into a guest's", async () => {
    const user = await signToken(secret, { id: 'ada', name: 'Ada', expiresAt: now() + 60_000 });
    await expect(enter('Eve', user)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('refuses a token of another secret, and one that has expired', async () => {
    const id = 'guest-1';
    const foreign = await signToken('x'.repeat(32), { id, name: 'Eve', expiresAt: now() + 60_000 });
    await expect(enter('Eve', foreign)).rejects.toMatchObject({ code: 'TOKEN_REFUSED' });
    const { token } = await enter('Ada', undefined);
    time += 30 * DAY;
    await expect(enter('Ada', token)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  it.each([undefined, null, 5, '', '   ', 'a\nb', 'ann\u202E', 'a'.repeat(65), ['Ada'], {}])(
    'refuses the name %j and says why',
    async (name) => {
      await expect(enter(name, undefined)).rejects.toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringMatching(/^name /),
      });
    },
  );

  it('signs the claims that the verifier asks for', async () => {
    const claims = { issuer: 'https://id.example.com', audience: 'rooms' };
    const choosy = secretVerifier(secret, now, claims);
    const { token, user } = await createGuests({ secret, verify: choosy, check, now, claims })(
      'Ada',
      undefined,
    );
    expect(await choosy(token)).toMatchObject(user);
  });
});
