import type { RoomHandle } from '../../client/index.ts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { untilJoined } from '../../cli/connect.ts';
import type { KindClient } from '../../cli/kind-client.ts';
import { RoomError, type RoomKind } from '../../shared/index.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it.each([
  ['what refuses it for now', new RoomError('INTERNAL', 'internal error (fault 1)'), 'INTERNAL'],
  ['that nobody answers', undefined, 'UNREACHABLE'],
])('a room that is not joined in time says why: %s', async (_, error, code) => {
  const current = { state: 'joining', ...(error && { error }) };
  const room = { ready: new Promise(() => {}), current } as unknown as RoomHandle<RoomKind>;
  const joined = untilJoined({} as KindClient, room, new AbortController().signal);
  const failed = expect(joined).rejects.toMatchObject({ code });
  await vi.advanceTimersByTimeAsync(15_000);
  await failed;
});
