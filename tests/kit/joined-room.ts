import type { RoomCalls } from '../../client/room-calls.ts';
import { joinRoom } from '../../client/room-handle.ts';
import type { HandleOptions, JoinOptions } from '../../client/room.ts';
import { chat, type EventsInput, type FrameOf, type Gap } from '../../shared/index.ts';

/** The kind of the room. */
export type Chat = typeof chat;
type Frames = Parameters<RoomCalls<Chat>['events']['subscribe']>[1];

/** Calls whose stream is fed by hand; publishes are written down and acknowledged. */
export function handCalls() {
  const seen = {
    input: undefined as EventsInput | undefined,
    published: [] as unknown[],
    ended: 0,
  };
  let stream: Frames | undefined;
  const calls: RoomCalls<Chat> = {
    events: {
      subscribe: (input, callbacks) => {
        seen.input = input;
        stream = callbacks;
        return { unsubscribe: () => void (seen.ended += 1) };
      },
    },
    publish: {
      mutate: async (input) => {
        seen.published.push(input);
        return { id: 'E:1', position: 'E:1', at: new Date(0), level: 'memory', duplicate: false };
      },
    },
    history: { query: async () => ({ events: [], hasMore: false }) },
    members: { query: async ({ room }) => ({ room, users: [], count: 0, version: 0 }) },
  };
  const feed = (...frames: FrameOf<Chat>[]) => {
    for (const data of frames) stream?.onData({ id: 'E:0', data });
  };
  return {
    calls,
    seen,
    feed,
    fail: (error: unknown) => stream?.onError(error),
    complete: () => stream?.onComplete(),
  };
}

/** A room that was joined over them, and the texts that its listener heard. */
export function join(options: JoinOptions & HandleOptions = { onGap: 'reload' }) {
  const hand = handCalls();
  const room = joinRoom(chat, hand.calls, 'general', options);
  const texts: string[] = [];
  room.on('message', ({ data }) => texts.push(data.text));
  return { ...hand, room, texts };
}

const by = { id: 'ada', name: 'Ada' };
/** A stretch that is missing. */
export const gap: Gap = { reason: 'expired', from: 'E:1', to: 'E:9' };
/** How a stream begins. */
export const fresh: Extract<FrameOf<Chat>, { type: 'ready' }> = {
  type: 'ready',
  start: 'fresh',
  position: 'E:0',
  latest: [],
};

/** An event of the room. */
export function message(text: string, position = 'E:1'): Extract<FrameOf<Chat>, { type: 'event' }> {
  return {
    type: 'event',
    event: { id: position, type: 'message', data: { text }, by, at: new Date(0), position },
  };
}

/** A promise in the hand. */
export function gate() {
  let open: () => void = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}
