import type { TRPCClient } from '@trpc/client';
import type { RoomsRouter } from '../../client/index.ts';
import type { chat, FrameOf, me } from '../../shared/index.ts';

type MyFrame = FrameOf<typeof me>;

/** What came of a private stream. */
export interface MyStream {
  readonly frames: { id: string; data: MyFrame }[];
  /** Its events, `type` and `data`. */
  events(): { type: string; data: unknown; by: string }[];
  unsubscribe(): void;
}

/** Follows one's own stream over a stock client. Resolves with the first frame there. */
export async function followMe(
  trpc: TRPCClient<RoomsRouter<{ chat: typeof chat }>>,
  lastEventId?: string,
): Promise<MyStream> {
  const frames: MyStream['frames'] = [];
  const { unsubscribe } = await new Promise<{ unsubscribe(): void }>((resolve, reject) => {
    const input = lastEventId === undefined ? undefined : { lastEventId };
    const subscription = trpc.me.events.subscribe(input, {
      onData: (envelope) => {
        frames.push(envelope);
        resolve(subscription);
      },
      onError: reject,
    });
  });
  const events = () =>
    frames.flatMap(({ data: frame }) => {
      if (frame.type !== 'event') return [];
      const { type, data, by } = frame.event;
      return [{ type, data, by: by.id }];
    });
  return { frames, events, unsubscribe };
}
