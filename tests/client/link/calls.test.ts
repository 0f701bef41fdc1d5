import { describe, expect, it } from 'vitest';
import { Calls, type Wire } from '../../../client/link/calls.ts';
import type { CallRequest, CallResult } from '../../../client/link/call.ts';
import type { Reply } from '../../../client/link/incoming.ts';
import { limits, RoomError } from '../../../shared/index.ts';
import { manualClock } from '../../kit/manual-clock.ts';

interface Sent {
  id: number;
  method: string;
  params?: { path: string; lastEventId?: string };
}

/** A socket that writes down what is sent. */
function wire() {
  const frames: string[] = [];
  const state = { isClosed: false };
  const givenUp: number[] = [];
  const own: Wire = {
    send: (more) => void frames.push(...more),
    close: () => void (state.isClosed = true),
    giveUp: (id) => void givenUp.push(id),
  };
  const messages = () => frames.flatMap((frame) => JSON.parse(frame) as Sent | Sent[]);
  return {
    own,
    frames,
    state,
    givenUp,
    messages,
    seen: () => messages().map(({ id, method }) => `${id} ${method}`),
  };
}

function stage() {
  const clock = manualClock();
  const calls = new Calls(clock);
  const ask = (type: CallRequest['type'], path = 'p', input: unknown = { json: 1 }) => {
    const heard: unknown[] = [];
    const giveUp = calls.start(
      { type, path, input },
      {
        next: (result: CallResult) =>
          heard.push(result.type === 'data' ? result.data : result.type),
        error: (error) => heard.push(error),
        complete: () => heard.push('complete'),
      },
    );
    return { heard, giveUp };
  };
  const data = (id: number, json: unknown, eventId?: string): Reply => {
    return { says: 'reply', id, result: { type: 'data', data: { json }, id: eventId } };
  };
  return { clock, calls, ask, data };
}

const turn = () => new Promise<void>((resolve) => queueMicrotask(resolve));

describe('the calls of a client', () => {
  it('wait for a connection, and what one turn asks for leaves in one frame', async () => {
    const { calls, ask, data } = stage();
    const query = ask('query');
    const one = wire();
    calls.use(one.own);
    ask('mutation');
    ask('query');
    await turn();
    expect(one.frames).toHaveLength(2);
    expect(one.seen()).toEqual(['1 query', '2 mutation', '3 query']);
    calls.receive(one.own, data(1, 'hi'));
    calls.receive(one.own, data(1, 'again'));
    expect(query.heard).toEqual(['hi', 'complete']);
  });

  it('[TRN6] follow 128 rooms anew in frames that the server takes', async () => {
    const { calls, ask, data } = stage();
    const first = wire();
    calls.use(first.own);
    for (let room = 0; room < 128; room += 1) ask('subscription', `r${room}`);
    await turn();
    for (let id = 1; id <= 128; id += 1) calls.receive(first.own, data(id, id, `E:${id}`));
    calls.lose(first.own, new RoomError('DISCONNECTED'));
    const second = wire();
    calls.use(second.own);
    expect(second.frames.map((frame) => (JSON.parse(frame) as Sent[]).length)).toEqual([
      32, 32, 32, 32,
    ]);
    expect(
      second.messages().map(({ id, params }) => [id, params?.path, params?.lastEventId]),
    ).toEqual(Array.from({ length: 128 }, (_, n) => [n + 1, `r${n}`, `E:${n + 1}`]));
  });

  it('fail when the connection breaks, because they may have been done; those that wait stay', async () => {
    const { calls, ask } = stage();
    const first = wire();
    calls.use(first.own);
    const underWay = ask('mutation');
    const stream = ask('subscription');
    await turn();
    const lost = new RoomError('DISCONNECTED');
    calls.lose(first.own, lost);
    const waiting = ask('mutation');
    expect([underWay.heard, stream.heard, waiting.heard]).toEqual([[lost], [], []]);
    const second = wire();
    calls.use(second.own);
    expect(second.seen()).toEqual(['1 subscription', '2 mutation']);
  });

  it('move to a new socket without losing or repeating, and the old one finishes what it has', async () => {
    const { clock, calls, ask, data } = stage();
    const [first, second] = [wire(), wire()];
    calls.use(first.own);
    const stream = ask('subscription');
    const query = ask('query');
    await turn();
    calls.receive(first.own, data(1, 'a', 'E:1'));
    calls.use(second.own);
    expect(second.messages()).toMatchObject([{ id: 1, params: { lastEventId: 'E:1' } }]);
    calls.receive(first.own, data(1, 'late', 'E:2'));
    calls.receive(second.own, data(1, 'b', 'E:2'));
    expect(stream.heard).toEqual(['a', 'b']);
    clock.advance(5_000);
    expect(first.state.isClosed).toBe(false);
    calls.receive(first.own, data(2, 'answer'));
    expect(query.heard).toEqual(['answer', 'complete']);
    clock.advance(25_000);
    expect([first.state.isClosed, second.state.isClosed]).toEqual([true, false]);
  });

  it('are told to the server when they are given up', async () => {
    const { calls, ask, data } = stage();
    const one = wire();
    calls.use(one.own);
    const [stream, query] = [ask('subscription'), ask('query')];
    await turn();
    stream.giveUp();
    query.giveUp();
    calls.receive(one.own, data(1, 'late'));
    const never = ask('query');
    never.giveUp();
    await turn();
    expect(one.seen()).toEqual(['1 subscription', '2 query', '1 subscription.stop']);
    // Over HTTP a request stands for it.
    expect(one.givenUp).toEqual([2]);
    expect([stream.heard, query.heard]).toEqual([[], []]);
  });

  it('are refused here when the server would close the connection over them', () => {
    const { ask, calls } = stage();
    const large = ask('mutation', 'p', { json: 'x'.repeat(limits.messageBytes) });
    expect(large.heard).toMatchObject([
      { code: 'TOO_LARGE', message: expect.stringMatching(/ 65\d{3} bytes, and 65536 at most/) },
    ]);
    expect(ask('mutation', 'p', { json: 1n }).heard).toMatchObject([{ code: 'BAD_INPUT' }]);
    for (let n = 0; n < 1_000; n += 1) ask('query');
    expect(ask('query').heard).toMatchObject([{ code: 'TOO_MANY' }]);
    const error = new RoomError('TOKEN_REFUSED');
    calls.stop(error);
    expect(ask('query').heard).toEqual([error]);
  });

  it('end with a typed error when an answer cannot be read', async () => {
    const { calls, ask } = stage();
    const one = wire();
    calls.use(one.own);
    const [query, stream] = [ask('query'), ask('subscription')];
    await turn();
    const result = { type: 'data', data: 'no superjson', id: undefined } as const;
    calls.receive(one.own, { says: 'reply', id: 1, result });
    calls.receive(one.own, { says: 'reply', id: 2, result });
    await turn();
    expect(query.heard).toMatchObject([{ code: 'INTERNAL' }]);
    expect(stream.heard).toMatchObject([{ code: 'INTERNAL' }]);
    expect(one.seen().at(-1)).toBe('2 subscription.stop');
  });

  it('all end when the client does', async () => {
    const { calls, ask } = stage();
    const one = wire();
    calls.use(one.own);
    const open = ask('subscription');
    await turn();
    const waiting = ask('query');
    const error = new RoomError('TOKEN_REFUSED');
    calls.stop(error);
    calls.stop(error);
    expect([open.heard, waiting.heard, one.state.isClosed]).toEqual([[error], [error], true]);
  });
});
