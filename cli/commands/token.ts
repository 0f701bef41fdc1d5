import { findDevelopmentSecret } from '../../server/index.ts';
import { ROOM_ID } from '../../shared/index.ts';
import { defineCommand } from '../command.ts';
import { parseName } from '../connect.ts';
import { usageError } from '../failure.ts';
import { parseDuration } from '../numbers.ts';
import { createSigning, noSecret, secretOption } from '../signing.ts';

/** `trpc-rooms token`: signs a token. */
export const token = defineCommand(
  {
    name: 'token',
    summary: 'Sign a token for a user, and print it.',
    args: [],
    options: {
      sub: { value: 'ID', says: 'the user id (required)' },
      name: { value: 'NAME', says: 'the name that others see (default: the user id)' },
      ttl: { value: 'TIME', default: '1h', says: 'how long it is valid: 30s, 15m, 12h, 7d' },
      ...secretOption,
      'data-dir': {
        value: 'DIR',
        default: './data',
        env: 'DATA_DIR',
        says: 'without a secret: take the one that a server in development mode keeps here',
      },
      json: { says: 'print { token, user, expiresAt } as JSON' },
    },
    examples: [
      'trpc-rooms token --sub ada --name "Ada Lovelace" --ttl 12h',
      'TRPC_ROOMS_TOKEN=$(trpc-rooms token --sub ada) trpc-rooms tail general',
    ],
  },
  async ({ values }, { env, stdout }) => {
    const id = parseSub(values.sub);
    const name = parseName('name', values.name ?? id);
    const issuedAt = Date.now();
    const expiresAt = issuedAt + parseDuration('ttl', values.ttl);
    const secret = values.secret ?? secretIn(values['data-dir'], env);
    if (secret === undefined) throw noSecret(values['data-dir'], env);
    const signed = await createSigning(secret, env).sign({ id, name, issuedAt, expiresAt });
    const told = { token: signed, user: { id, name }, expiresAt: new Date(expiresAt) };
    stdout.write(`${values.json ? JSON.stringify(told) : signed}\n`);
    return 0;
  },
);

function parseSub(text: string | undefined): string {
  if (text === undefined) throw usageError('token needs --sub: the id of the user', 'token');
  if (ROOM_ID.test(text)) return text;
  throw usageError(
    `--sub must be 1 to 128 of A-Z a-z 0-9 . _ ~ -, not ${JSON.stringify(text)}`,
    'token',
  );
}

function secretIn(
  dir: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  // A secret that an earlier development server has left is not what a server with JWKS_URL trusts.
  return env['JWKS_URL'] ? undefined : findDevelopmentSecret(dir);
}
