import { signToken, type TokenClaims, type User } from '../server/index.ts';
import { CliError, usageError } from './failure.ts';

/** Signs tokens that a server with the same secret takes. */
export interface Signing {
  sign(user: User): Promise<string>;
}

type Env = Readonly<Record<string, string | undefined>>;

/** The option that gives a secret. */
export const secretOption = {
  secret: {
    value: 'SECRET',
    env: 'AUTH_SECRET',
    says: 'sign tokens with this secret, the AUTH_SECRET of the server',
  },
} as const;

/** Signs with a secret, and with the issuer and audience that the server asks for.
 *  @throws CliError of exit code 2 when the secret is too short */
export function createSigning(secret: string, env: Env): Signing {
  if (Buffer.byteLength(secret) < 32) throw usageError('the secret must have at least 32 bytes');
  const claims: TokenClaims = {
    issuer: env['AUTH_ISSUER'] || undefined,
    audience: env['AUTH_AUDIENCE'] || undefined,
  };
  return { sign: (user) => signToken(secret, user, claims) };
}

/** Nothing to sign with. */
export function noSecret(dataDir: string, env: Env): CliError {
  if (env['JWKS_URL']) {
    return new CliError('with JWKS_URL tokens come from the identity provider', {
      advice: 'Get the token from there, or give --secret for a server that has one.',
    });
  }
  return new CliError(`there is no secret: AUTH_SECRET is unset and ${dataDir} holds none`, {
    advice:
      'Set AUTH_SECRET (or --secret) to the server\u2019s, or give the --data-dir of a server that ' +
      'has been started in development mode.',
  });
}
