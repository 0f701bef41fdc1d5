import {
  createRemoteJWKSet,
  errors as joseErrors,
  jwtVerify,
  SignJWT,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import { limits, RoomError } from '../../shared/index.ts';
import {
  namedUser,
  refusedToken as refused,
  type Claims,
  type ClaimedUser,
} from './claimed-user.ts';
import type { User } from './user.ts';

/** Checks a token and says whose it is (AUT2).
 *  @throws RoomError TOKEN_REFUSED, TOKEN_EXPIRED */
export type VerifyToken = (token: string) => Promise<User>;

/** What every token must also claim, where the operator asks for it. */
export interface TokenClaims {
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
}

/** What is asked of tokens beside their signature. */
export interface TokenRules extends TokenClaims {
  /** Who the user is. Default: `sub` and `name` say it. @throws RoomError TOKEN_REFUSED */
  readonly userBy?: ((claims: Claims) => ClaimedUser) | undefined;
}

const SECRET_ALGORITHM = 'HS256';
// Public-key algorithms only: with a shared one, whoever knows the public key could sign.
const KEY_SET_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];

/** Verifies tokens signed with a shared secret (HS256 and nothing else). */
export function secretVerifier(secret: string, now: () => number, rules?: TokenRules): VerifyToken {
  const key = new TextEncoder().encode(secret);
  const options = { ...verifyOptions(rules), algorithms: [SECRET_ALGORITHM] };
  const verify = (token: string) =>
    jwtVerify(token, key, { ...options, currentDate: new Date(now()) });
  return (token) => check(token, verify, rules);
}

/** Verifies tokens against the keys that an identity provider publishes.
 *  `timeoutMs`: how long it may take to the last byte of its keys, default 5,000, within the 10 s that a
 *  connection has to authenticate.
 *  @throws RoomError INTERNAL while the provider gives none: that says nothing of the token */
export function keySetVerifier(
  url: string,
  now: () => number,
  rules?: TokenRules,
  timeoutMs = 5_000,
): VerifyToken {
  const keys = orUnavailable(createRemoteJWKSet(new URL(url), { timeoutDuration: timeoutMs }));
  const options = { ...verifyOptions(rules), algorithms: KEY_SET_ALGORITHMS };
  const verify = (token: string) =>
    jwtVerify(token, keys, { ...options, currentDate: new Date(now()) });
  return (token) => check(token, verify, rules);
}

// A refused token ends a client for good (1008), so an outage must not look like one.
function orUnavailable(findKey: JWTVerifyGetKey): JWTVerifyGetKey {
  const { JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSENotSupported } = joseErrors;
  const aboutToken = [JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSENotSupported];
  return async (header, token) => {
    try {
      return await findKey(header, token);
    } catch (error) {
      if (aboutToken.some((kind) => error instanceof kind)) throw error;
      throw new RoomError('INTERNAL', 'the keys of JWKS_URL cannot be had', { cause: error });
    }
  };
}

/** Signs a token for a user with a shared secret. It says that it was issued at `issuedAt`, default now, and what
 *  his `claims` hold, for a server whose `userOf` reads it. */
export async function signToken(secret: string, user: User, claims?: TokenClaims): Promise<string> {
  const { issuedAt = Date.now() } = user;
  const jwt = new SignJWT({ ...user.claims, name: user.name })
    .setProtectedHeader({ alg: SECRET_ALGORITHM })
    .setSubject(user.id)
    .setIssuedAt(Math.floor(issuedAt / 1000))
    .setExpirationTime(Math.floor(user.expiresAt / 1000));
  if (claims?.issuer) jwt.setIssuer(claims.issuer);
  if (claims?.audience) jwt.setAudience(claims.audience);
  return jwt.sign(new TextEncoder().encode(secret));
}

function verifyOptions({ issuer, audience }: TokenClaims = {}) {
  return {
    requiredClaims: ['exp'],
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  };
}

async function check(
  token: string,
  verify: (token: string) => Promise<{ payload: JWTPayload }>,
  { userBy = namedUser }: TokenRules = {},
): Promise<User> {
  if (token.length > limits.tokenBytes) throw refused('is too long');
  if (token.split('.').length !== 3)
    throw refused('is no JWT, as signToken and identity providers make them; a server key is none');
  try {
    return userOf((await verify(token)).payload, userBy);
  } catch (error) {
    if (error instanceof RoomError) throw error;
    if (error instanceof joseErrors.JWTExpired) {
      throw new RoomError('TOKEN_EXPIRED', 'the token has expired', { cause: error });
    }
    // jose's own words name the claim or the signature, and never quote the token.
    const reason = error instanceof joseErrors.JOSEError ? error.message : 'cannot be checked';
    throw refused(reason, error);
  }
}

function userOf(payload: JWTPayload, userBy: (claims: Claims) => ClaimedUser): User {
  const { exp, iat } = payload;
  if (exp === undefined) throw refused('it has no "exp"');
  const { id, name, claims } = userBy(payload);
  return {
    id,
    name,
    expiresAt: exp * 1000,
    ...(iat !== undefined && { issuedAt: iat * 1000 }),
    ...(claims && { claims }),
  };
}
