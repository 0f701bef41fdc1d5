import type { LeaveReason } from '../../../shared/index.ts';
import { parse } from '../../serialize.ts';
import type { FarSeat, Held, ToldSeat } from '../seat.ts';

const REASONS: readonly LeaveReason[] = ['left', 'timeout', 'kicked', 'drain'];

/** A seat as it stands in Redis, after when it was taken and the node. */
export function seatText({ member, held, state, stateNo }: ToldSeat): string {
  const { user, sessionId: session } = member;
  return JSON.stringify({ user: user.id, name: user.name, session, held, state, stateNo });
}

/** Reads what Redis has of a seat. Undefined: not written by us. */
export function parseSeat(memberId: string, value: string): FarSeat | undefined {
  const [, no, node, text] = /^(\d{1,16}) (\S+) (.*)$/s.exec(value) ?? [];
  const seat = text === undefined ? undefined : parsed(text);
  const { user: id, name, session: sessionId, held, state, stateNo } = seat ?? {};
  const isWhole =
    node !== undefined &&
    typeof id === 'string' &&
    typeof name === 'string' &&
    isOptional(sessionId) &&
    isOptional(state) &&
    isHeld(held) &&
    Number.isSafeInteger(stateNo);
  if (!isWhole) return undefined;
  if (state !== undefined && !isReadable(state)) return undefined;
  const member = { memberId, user: { id, name }, sessionId };
  return { member, held, state, stateNo: Number(stateNo), node, no: Number(no) };
}

/** What others are told of one change of a room's people. */
export interface Told {
  readonly life: string;
  readonly version: number;
  readonly node: string;
  readonly sets: readonly FarSeat[];
  readonly gone: readonly { readonly memberId: string; readonly reason: LeaveReason | undefined }[];
}

/** Undefined: not written by us. */
export function parseTold(text: string): Told | undefined {
  const { life, version, node, sets, gone } = parsed(text) ?? {};
  const count = Number(version);
  if (typeof life !== 'string' || typeof node !== 'string') return undefined;
  if (!Number.isSafeInteger(count)) return undefined;
  return {
    life,
    version: count,
    node,
    sets: seatsOf(texts(sets)),
    gone: pairs(texts(gone)).map(([memberId, reason]) => ({
      memberId,
      reason: REASONS.find((one) => one === reason),
    })),
  };
}

/** Of member and value by turns. What cannot be read is left out. */
export function seatsOf(flat: readonly string[]): FarSeat[] {
  return pairs(flat).flatMap(([memberId, value]) => parseSeat(memberId, value) ?? []);
}

function pairs(flat: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) found.push([flat[at] ?? '', flat[at + 1] ?? '']);
  return found;
}

function texts(value: unknown): string[] {
  // An empty list of Lua is an object.
  return Array.isArray(value) ? value.map(String) : [];
}

/** Whoever is shown it reads it as superjson: one that cannot be read must not get that far. */
function isReadable(state: string): boolean {
  try {
    parse(state);
    return true;
  } catch {
    return false;
  }
}

function isOptional(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

function isHeld(value: unknown): value is Held | undefined {
  return value === undefined || value === 'timeout' || value === 'drain';
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
