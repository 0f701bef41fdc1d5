import { describe, expect, it } from 'vitest';
import { mappedUser, namedUser, type Claims, type UserOf } from '../../server/auth/claimed-user.ts';
import { closeReason } from '../../server/transport/context.ts';
import { RoomError, userIdOf } from '../../shared/index.ts';

const claims = { sub: 'auth0|123', nickname: 'Ada', org: { id: 'acme' } };

/** Why a token is refused. */
function refusal(make: () => unknown): RoomError {
  try {
    make();
  } catch (error) {
    expect(error).toMatchObject({ name: 'RoomError', code: 'TOKEN_REFUSED' });
    return error as RoomError;
  }
  throw new Error('it is taken');
}

describe('a user whom his token names', () => {
  it('is sub and name, whatever else it says', () => {
    expect(namedUser({ sub: 'ada', name: ' Ada ', role: 'admin' })).toEqual({
      id: 'ada',
      name: 'Ada',
    });
  });

  it.each<[claims: Claims, said: string[]]>([
    [claims, ['"sub"', '1 to 128 of A-Z a-z 0-9 . _ ~ -', 'userOf']],
    [{ name: 'Ada' }, ['"sub"', 'userOf']],
    [{ sub: 'ada' }, ['"name"', 'userOf']],
    [{ sub: 'ada', name: '' }, ['"name"', 'must have 1 to 64 characters']],
  ])('is refused with what to do, which fits a close frame: %j', (wrong, said) => {
    const { message } = refusal(() => namedUser(wrong));
    for (const words of said) expect(message).toContain(words);
    expect(closeReason(message)).toBe(message);
  });
});

describe('a user whom a team makes', () => {
  it('is what it returns, with a name as names are shown, and its claims as they are', () => {
    const kept = { tenant: 'acme' };
    const userOf: UserOf = ({ sub, nickname }) => ({
      id: userIdOf(String(sub)),
      name: ` ${String(nickname)} `,
      claims: kept,
    });
    const user = mappedUser(userOf, claims);
    expect(user).toEqual({ id: 'auth0~7C123', name: 'Ada', claims: kept });
    expect(user.claims).toBe(kept);
  });

  it('has no claims where none are kept, and nothing else', () => {
    const userOf = () => ({ id: 'ada', name: 'Ada', expiresAt: 5, claims: undefined });
    expect(Object.keys(mappedUser(userOf, claims))).toEqual(['id', 'name']);
  });

  it.each<[what: string, made: unknown, said: string]>([
    ['nothing', undefined, 'no user'],
    ['null', null, 'no user'],
    ['a text', 'ada', 'no user'],
    ['a list', ['ada'], 'no user'],
    ['no id', { name: 'Ada' }, 'no user id (1 to 128'],
    ['a sub as it came', { id: 'auth0|123', name: 'Ada' }, 'no user id (1 to 128'],
    ['the server', { id: '@server', name: 'Ada' }, 'no user id'],
    ['a number for an id', { id: 5, name: 'Ada' }, 'no user id'],
    ['no name', { id: 'ada' }, 'a name that'],
    ['a hidden name', { id: 'ada', name: 'a\u202Eb' }, 'a name that must not contain'],
    ['a list of claims', { id: 'ada', name: 'Ada', claims: ['x'] }, 'claims that are no object'],
    ['a text for claims', { id: 'ada', name: 'Ada', claims: 'x' }, 'claims that are no object'],
    ['a promise', Promise.resolve({ id: 'ada', name: 'Ada' }), 'a promise'],
  ])('is refused where it returns %s', (_, made, said) => {
    const { message } = refusal(() => mappedUser(() => made as never, claims));
    expect(message).toContain(`the token was refused: userOf returned ${said}`);
    expect(closeReason(message)).toBe(message);
  });

  it('is refused where it answers later, and a late refusal of its own ends no process', async () => {
    const late = () => Promise.reject(new Error('no database'));
    const { message } = refusal(() => mappedUser(late as never, claims));
    expect(message).toBe('the token was refused: userOf returned a promise');
    // Vitest fails a run with a rejection that nobody handles.
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('is refused by what it throws: in the words of a RoomError, and in no others', () => {
    const bare = refusal(() =>
      mappedUser(() => {
        throw new TypeError('secret is undefined');
      }, claims),
    );
    expect(bare.message).toBe('the token was refused: userOf threw');
    expect(bare.cause).toMatchObject({ message: 'secret is undefined' });
    const said = refusal(() =>
      mappedUser(() => {
        throw new RoomError('FORBIDDEN', 'this tenant has no rooms');
      }, claims),
    );
    expect(said.message).toBe('the token was refused: this tenant has no rooms');
  });
});
