import { describe, expect, it } from 'vitest';
import {
  mayActOn,
  mayDo,
  mayEnter,
  type Deed,
  type Membership,
} from '../../../server/membership/decisions.ts';
import type { Role, Visibility } from '../../../shared/index.ts';

const ROLES = ['owner', 'moderator', 'member', undefined] as const;
const VISIBILITIES = ['open', 'private', 'direct', undefined] as const;

function of(visibility: Visibility | undefined, role: Role | undefined): Membership {
  return { visibility, role, isBanned: false };
}

describe('who may enter', () => {
  it.each([
    ['open', [true, true, true, true]],
    ['private', [true, true, true, false]],
    ['direct', [true, true, true, false]],
    // A room that nobody has made.
    [undefined, [true, true, true, true]],
  ] as const)('[AUT1] %s: owner, moderator, member, stranger', (visibility, expected) => {
    expect(ROLES.map((role) => mayEnter(of(visibility, role)))).toEqual(expected);
  });

  it('[AUT1] nobody who is banned, whatever the room is', () => {
    for (const visibility of VISIBILITIES) {
      for (const role of ROLES) {
        expect(mayEnter({ visibility, role, isBanned: true })).toBe(false);
      }
    }
  });
});

describe('who may do what', () => {
  // Owner, moderator, member, stranger.
  const table: Readonly<Record<Deed, readonly boolean[]>> = {
    invite: [true, true, false, false],
    removeMember: [true, true, false, false],
    setRole: [true, false, false, false],
    rename: [true, true, false, false],
    close: [true, false, false, false],
    leaveRoom: [false, true, true, false],
  };

  it.each(Object.entries(table) as [Deed, readonly boolean[]][])('[AUT1] %s', (deed, expected) => {
    for (const visibility of ['open', 'private'] as const) {
      expect(ROLES.map((role) => mayDo(deed, visibility, role))).toEqual(expected);
      if (deed !== 'leaveRoom') expect(mayDo(deed, visibility, 'server')).toBe(true);
    }
    for (const visibility of ['direct', undefined] as const) {
      for (const standing of [...ROLES, 'server' as const]) {
        expect(mayDo(deed, visibility, standing)).toBe(false);
      }
    }
  });

  it('[AUT1] the server to everybody', () => {
    for (const role of ROLES) expect(mayActOn('server', role)).toBe(true);
  });

  it('[AUT1] to those below, never to equals, to those above or to oneself', () => {
    const roles: readonly Role[] = ['owner', 'moderator', 'member'];
    const targets = [...roles, undefined];
    expect(roles.map((role) => targets.map((target) => mayActOn(role, target)))).toEqual([
      [false, true, true, true],
      [false, false, true, true],
      [false, false, false, true],
    ]);
  });
});
