import { createHmac } from 'node:crypto';
import { SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { describe, expect, it } from 'vitest';
import { secretVerifier, signToken } from '../../server/auth/tokens.ts';
import { limits } from '../../shared/index.ts';

const secret = 'a-secret-of-thirty-two-characters';
const now = () => Date.UTC(2026, 0, 1);
const seconds = now() / 1000;
const verify = secretVerifier(secret, now);
const claims = { sub: 'ada', name: 'Ada', exp: seconds + 60 };

const sign = (payload: JWTPayload, { key = secret, alg = 'HS256' } = {}) =>
  new SignJWT(payload).setProtectedHeader({ alg }).sign(new TextEncoder().encode(key));

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token put together by hand, with a right signature over whatever stands in it. */
function forge(header: unknown, payload: unknown): string {
  const content = `${base64(header)}.${base64(payload)}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

const refused = { name: 'RoomError', code: 'TOKEN_REFUSED' };

describe('secretVerifier', () => {
  it('[AUT2] says whose a token is and when it ends', async () => {
    expect(await verify(await sign(claims))).toEqual({
      id: 'ada',
      name: 'Ada',
      expiresAt: now() + 60_000,
    });
  });

  it('takes what signToken signs', async () => {
    const user = { id: 'ada', name: 'Ada', issuedAt: now() - 5_000, expiresAt: now() + 60_000 };
    expect(await verify(await signToken(secret, user))).toEqual(user);
    const from = Math.floor(Date.now() / 1000) * 1000;
    const { issuedAt } = await verify(await signToken(secret, { ...user, issuedAt: undefined }));
    expect(issuedAt).toBeGreaterThanOrEqual(from);
    expect(issuedAt).toBeLessThanOrEqual(Date.now());
  });

  it('[AUT2] says when a token was issued, where it is a time', async () => {
    expect(await verify(await sign({ ...claims, iat: seconds }))).toMatchObject({
      issuedAt: now(),
    });
    expect(await verify(await sign(claims))).not.toHaveProperty('issuedAt');
    const odd = forge({ alg: 'HS256' }, { ...claims, iat: '1' });
    await expect(verify(odd)).rejects.toMatchObject(refused);
  });

  it('[AUT2] tells an expired token from a refused one', async () => {
    const expired = await sign({ ...claims, exp: seconds - 1 });
    await expect(verify(expired)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
    await expect(verify(await sign({ ...claims, exp: seconds }))).rejects.toMatchObject({
      code: 'TOKEN_EXPIRED',
    });
  });

  it('[AUT2] refuses an expired token of somebody else as refused, not as expired', async () => {
    const foreign = await sign({ ...claims, exp: seconds - 1 }, { key: 'x'.repeat(32) });
    await expect(verify(foreign)).rejects.toMatchObject(refused);
  });

  it.each<[what: string, payload: object]>([
    ['without sub', { name: 'Ada', exp: claims.exp }],
    ['without name', { sub: 'ada', exp: claims.exp }],
    ['without exp', { sub: 'ada', name: 'Ada' }],
    ['that is not valid yet', { ...claims, nbf: seconds + 30 }],
    ['with a text for exp', { ...claims, exp: '9999999999' }],
    ['with an exp that is no time', { ...claims, exp: null }],
    ['with an empty sub', { ...claims, sub: '' }],
    ['with a path for sub', { ...claims, sub: '../ada' }],
    ['with .. for sub', { ...claims, sub: '..' }],
    ['that poses as the server', { ...claims, sub: '@server' }],
    ['with a newline in sub', { ...claims, sub: 'ada\n' }],
    ['with a sub of 129 characters', { ...claims, sub: 'a'.repeat(129) }],
    ['with a number for sub', { ...claims, sub: 5 }],
    ['with null for sub', { ...claims, sub: null }],
    ['with true for sub', { ...claims, sub: true }],
    ['with a list for sub', { ...claims, sub: ['ada'] }],
    ['with a right-to-left override in name', { ...claims, name: 'ada\u202E' }],
    ['with a newline in name', { ...claims, name: 'a\nb' }],
    ['with an empty name', { ...claims, name: '' }],
    ['with a number for name', { ...claims, name: 5 }],
    ['with 65 characters of name', { ...claims, name: 'a'.repeat(65) }],
  ])('[AUT2] refuses a token %s', async (_, payload) => {
    await expect(verify(forge({ alg: 'HS256' }, payload))).rejects.toMatchObject(refused);
  });

  it('[AUT2] refuses a token that nobody signed', async () => {
    await expect(verify(new UnsecuredJWT(claims).encode())).rejects.toMatchObject(refused);
    for (const alg of ['none', 'None', 'NONE', '', null]) {
      const token = `${base64({ alg })}.${base64(claims)}.`;
      await expect(verify(token), String(alg)).rejects.toMatchObject(refused);
    }
  });

  it('[AUT2] refuses another secret and another algorithm', async () => {
    const other = await sign(claims, { key: `${secret}!` });
    const longer = await sign(claims, { alg: 'HS512', key: secret.repeat(2) });
    await expect(verify(other)).rejects.toMatchObject(refused);
    await expect(verify(longer)).rejects.toMatchObject(refused);
    await expect(secretVerifier(secret.repeat(2), now)(longer)).rejects.toMatchObject(refused);
    await expect(verify(forge({ alg: 'RS256' }, claims))).rejects.toMatchObject(refused);
  });

  it('refuses a token that was changed', async () => {
    const [header, , signature] = (await sign(claims)).split('.');
    const changed = `${header}.${base64({ ...claims, sub: 'eve' })}.${signature}`;
    await expect(verify(changed)).rejects.toMatchObject(refused);
  });

  it.each([
    ['nothing', ''],
    ['a word', 'token'],
    ['dots', '..'],
    ['four parts', 'a.b.c.d'],
    ['parts that are no JSON', 'eyJ.eyJ.eyJ'],
    ['a header that is a list', `${base64([])}.${base64(claims)}.x`],
    ['a header that is null', `${base64(null)}.${base64(claims)}.x`],
    ['a payload that is a text', forge({ alg: 'HS256' }, 'ada')],
    ['a payload that is null', forge({ alg: 'HS256' }, null)],
    ['an extension nobody knows', forge({ alg: 'HS256', crit: ['x'], x: 1 }, claims)],
    ['an unencoded payload', forge({ alg: 'HS256', crit: ['b64'], b64: false }, claims)],
    ['foreign characters', 'ключ.ключ.ключ'],
    ['null characters', '\0.\0.\0'],
  ])('refuses %s', async (_, token) => {
    await expect(verify(token)).rejects.toMatchObject(refused);
  });

  it('refuses a huge token before it reads it', async () => {
    const huge = await sign({ ...claims, more: 'x'.repeat(limits.tokenBytes) });
    await expect(verify(huge)).rejects.toThrow('the token was refused: is too long');
  });

  it('never quotes a token', async () => {
    const token = forge({ alg: 'RS256' }, claims);
    await expect(verify(token)).rejects.toSatisfy(
      (error: Error) => !token.split('.').some((part) => error.message.includes(part)),
    );
  });
});

describe('a user who is made of claims', () => {
  const asked = { issuer: 'https://id.example.com', audience: 'rooms' };
  const made: JWTPayload[] = [];
  const mapping = secretVerifier(secret, now, {
    ...asked,
    userBy: (given) => {
      made.push(given);
      return { id: 'ada', name: 'Ada', claims: { org: given['org'] } };
    },
  });
  const right = { sub: 'auth0|1', org: 'acme', exp: claims.exp, iss: asked.issuer, aud: 'rooms' };

  it('[AUT2] is asked for once all that tokens must be has been checked', async () => {
    const { sub: _, ...nameless } = right;
    const wrong = [
      sign(right, { key: 'x'.repeat(32) }),
      sign({ ...right, exp: seconds - 1 }),
      sign({ ...right, exp: undefined }),
      sign({ ...right, nbf: seconds + 30 }),
      sign({ ...right, iss: 'https://evil.com' }),
      sign({ ...right, aud: 'other' }),
      new UnsecuredJWT(right).encode(),
    ];
    for (const token of wrong) await expect(mapping(await token)).rejects.toThrow('token');
    expect(made).toEqual([]);
    expect(await mapping(await sign({ ...right, iat: seconds }))).toEqual({
      id: 'ada',
      name: 'Ada',
      issuedAt: now(),
      expiresAt: now() + 60_000,
      claims: { org: 'acme' },
    });
    expect(made).toEqual([{ ...right, iat: seconds }]);
    expect(await mapping(await sign(nameless))).toMatchObject({ id: 'ada' });
  });

  it('finds in what signToken signs the claims of its user', async () => {
    const user = { id: 'auth0|1', name: 'A', expiresAt: now() + 60_000 };
    const forged = { org: 'acme', sub: 'eve', name: 'Eve', exp: 1, iss: 'evil', aud: 'other' };
    made.length = 0;
    await mapping(await signToken(secret, { ...user, claims: forged }, asked));
    expect(made).toEqual([{ ...right, name: 'A', iat: expect.any(Number) }]);
  });
});

describe('claims that the operator asks for', () => {
  const asked = { issuer: 'https://id.example.com', audience: 'rooms' };
  const choosy = secretVerifier(secret, now, asked);

  it('are checked', async () => {
    const right = { ...claims, iss: asked.issuer, aud: asked.audience };
    expect(await choosy(await sign(right))).toMatchObject({ id: 'ada' });
    expect(await choosy(await sign({ ...right, aud: ['other', 'rooms'] }))).toMatchObject({
      id: 'ada',
    });
    const wrong = [
      claims,
      { ...right, iss: 'https://evil.com' },
      { ...right, aud: 'other' },
      { ...right, aud: undefined },
    ];
    for (const payload of wrong) {
      await expect(choosy(await sign(payload))).rejects.toMatchObject(refused);
    }
  });

  it('stand in what signToken signs', async () => {
    const user = { id: 'ada', name: 'Ada', expiresAt: now() + 60_000 };
    expect(await choosy(await signToken(secret, user, asked))).toMatchObject(user);
  });
});
