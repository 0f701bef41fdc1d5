import { describe, expect, it, vi } from 'vitest';
import { createHandles } from '../../client/handles.ts';
import type { RoomCalls } from '../../client/room-calls.ts';
import { chat, RoomError, type RoomKind } from '../../shared/index.ts';

/** Handles of a client whose streams fail at once with `error`, if there is one. */
function stage(error?: RoomError) {
  const subscribe: RoomCalls<RoomKind>['events']['subscribe'] = (_, { onError }) => {
    if (error) onError(error);
    return { unsubscribe: () => {} };
  };
  const calls = { events: { subscribe } } as unknown as RoomCalls<RoomKind>;
  const handles = createHandles({ stopped: () => undefined });
  const join = () => handles.join({ kind: chat, calls, id: 'r' }, { onGap: 'reload' });
  return { handles, join };
}

describe('the handles of a client', () => {
  it('are left once, whoever joins anew what is left', () => {
    const { handles, join } = stage();
    let joins = 0;
    const follow = () => {
      joins += 1;
      join().subscribe(({ state }) => {
        // Ends where it would go on for ever.
        if (state === 'left' && joins < 100) follow();
      });
    };
    follow();
    handles.leave();
    expect(joins).toBe(2);
    handles.leave();
    expect(joins).toBe(3);
  });

  it.each(['has failed at once', 'was left'])('hold none that %s', (why) => {
    const { handles, join } = stage(why === 'was left' ? undefined : new RoomError('TOO_LARGE'));
    const handle = join();
    if (why === 'was left') handle.leave();
    const leave = vi.spyOn(handle, 'leave');
    handles.leave();
    expect(leave).not.toHaveBeenCalled();
  });
});
