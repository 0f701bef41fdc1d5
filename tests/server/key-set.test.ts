import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { keySetVerifier } from '../../server/auth/tokens.ts';

const exp = Math.floor(Date.now() / 1000) + 60;
const refused = { code: 'TOKEN_REFUSED' };
// Retryable: whoever comes back finds the provider at work again.
const unavailable = { code: 'INTERNAL', retryable: true };

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
let ec: Keys;
let rsa: Keys;
let foreign: Keys;

beforeAll(async () => {
  ec = await generateKeyPair('ES256', { extractable: true });
  rsa = await generateKeyPair('RS256', { extractable: true });
  foreign = await generateKeyPair('ES256', { extractable: true });
});

const sign = (key: CryptoKey | Uint8Array, alg: string, kid?: string) =>
  new SignJWT({ sub: 'ada', name: 'Ada', exp })
    .setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) })
    .sign(key);

/** An identity provider on a port of this machine. Gives the verifier of its tokens. */
async function provider(answer: RequestListener, claims?: { issuer: string }, timeoutMs?: number) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/jwks.json`;
  return { verify: keySetVerifier(url, Date.now, claims, timeoutMs), close };
}

async function withBothKeys(claims?: { issuer: string }) {
  const keys = [
    { ...(await exportJWK(ec.publicKey)), kid: 'ec', alg: 'ES256', use: 'sig' },
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS256', use: 'sig' },
  ];
  return provider((_, res) => res.end(JSON.stringify({ keys })), claims);
}

describe('keySetVerifier', () => {
  it('[AUT2] takes tokens signed with the keys that are published', async () => {
    const { verify } = await withBothKeys();
    const user = { id: 'ada', name: 'Ada', expiresAt: exp * 1000 };
    expect(await verify(await sign(ec.privateKey, 'ES256', 'ec'))).toEqual(user);
    expect(await verify(await sign(rsa.privateKey, 'RS256', 'rsa'))).toEqual(user);
    expect(await verify(await sign(rsa.privateKey, 'RS256'))).toEqual(user);
  });

  it('[AUT2] refuses a token signed with the public key as a shared secret', async () => {
    const { verify } = await withBothKeys();
    const pem = new TextEncoder().encode(await exportSPKI(rsa.publicKey));
    const jwk = new TextEncoder().encode(JSON.stringify(await exportJWK(rsa.publicKey)));
    await expect(verify(await sign(pem, 'HS256', 'rsa'))).rejects.toMatchObject(refused);
    await expect(verify(await sign(jwk, 'HS256', 'rsa'))).rejects.toMatchObject(refused);
    await expect(verify(await sign(pem, 'HS256'))).rejects.toMatchObject(refused);
  });

  it("[AUT2] refuses another's key, an unknown key id and a key id of the other algorithm", async () => {
    const { verify } = await withBothKeys();
    await expect(verify(await sign(foreign.privateKey, 'ES256', 'ec'))).rejects.toMatchObject(
      refused,
    );
    await expect(verify(await sign(ec.privateKey, 'ES256', 'gone'))).rejects.toMatchObject(refused);
    await expect(verify(await sign(ec.privateKey, 'ES256', 'rsa'))).rejects.toMatchObject(refused);
  });

  it('asks for the claims that the operator asks for', async () => {
    const { verify } = await withBothKeys({ issuer: 'https://id.example.com' });
    await expect(verify(await sign(ec.privateKey, 'ES256', 'ec'))).rejects.toMatchObject(refused);
  });

  it('tells a provider that cannot be reached from a token that is refused', async () => {
    const { verify, close } = await withBothKeys();
    close();
    await expect(verify(await sign(ec.privateKey, 'ES256', 'ec'))).rejects.toMatchObject(
      unavailable,
    );
  });

  it.each<[what: string, answer: RequestListener]>([
    ['an error', (_, res) => void res.writeHead(503).end()],
    ['a page instead of keys', (_, res) => void res.end('<html>')],
    ['JSON that is no key set', (_, res) => void res.end('{"keys":5}')],
    ['nothing but a hang-up', (req) => void req.socket.destroy()],
  ])('does so too when it answers with %s', async (_, answer) => {
    const { verify } = await provider(answer);
    await expect(verify(await sign(ec.privateKey, 'ES256', 'ec'))).rejects.toMatchObject(
      unavailable,
    );
  });

  it.each<[what: string, answer: RequestListener]>([
    ['takes the request and says nothing', () => {}],
    ['begins its keys and never ends them', (_, res) => void res.write('{"keys":')],
  ])('gives up on a provider that %s', async (_, answer) => {
    const { verify } = await provider(answer, undefined, 50);
    await expect(verify(await sign(ec.privateKey, 'ES256', 'ec'))).rejects.toMatchObject(
      unavailable,
    );
  });

  it('asks no provider about a token that is malformed', async () => {
    let asked = 0;
    const { verify } = await provider((_, res) => {
      asked += 1;
      res.end('{"keys":[]}');
    });
    await expect(verify('a.b.c')).rejects.toMatchObject(refused);
    await expect(verify('x'.repeat(100_000))).rejects.toMatchObject(refused);
    await expect(verify(await sign(new Uint8Array(32), 'HS256'))).rejects.toMatchObject(refused);
    expect(asked).toBe(0);
  });
});
