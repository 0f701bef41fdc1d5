import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeError, decodeResult } from '../../../client/link/decode.ts';
import { LONGEST_FRAME, readIncoming } from '../../../client/link/incoming.ts';
import { readFrame } from '../../../client/room-frame.ts';

const read = (frame: unknown) => readIncoming(JSON.stringify(frame));

describe('readIncoming', () => {
  it('reads what tRPC servers send', () => {
    expect(readIncoming('PING')).toEqual({ says: 'ping' });
    expect(readIncoming('PONG')).toEqual({ says: 'pong' });
    expect(read({ id: null, method: 'reconnect' })).toEqual({ says: 'reconnect' });
    expect(read({ id: null, error: { code: 1 } })).toMatchObject({ says: 'refused' });
    expect(read({ id: 1, result: { type: 'data', id: 'E:1', data: { json: 5 } } })).toEqual({
      says: 'reply',
      id: 1,
      result: { type: 'data', data: { json: 5 }, id: 'E:1' },
    });
    expect(read({ id: 1, result: { data: 5 } })).toMatchObject({ result: { type: 'data' } });
    expect(read({ id: 1, error: { json: {} } })).toMatchObject({
      says: 'reply',
      error: { json: {} },
    });
  });

  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['a number', '5'],
    ['null', 'null'],
    ['a list', '[]'],
    ['no id', '{"result":{}}'],
    ['an id of text', '{"id":"1","result":{}}'],
    ['no result', '{"id":1}'],
    ['a result that is none', '{"id":1,"result":5}'],
    ['one that is too long', ' '.repeat(LONGEST_FRAME + 1)],
    ['one that is too deep', `{"id":1,"result":${'['.repeat(9e5)}${']'.repeat(9e5)}}`],
    ['one a little too deep', `{"id":1,"result":${'['.repeat(256)}${']'.repeat(256)}}`],
    ['bytes', new ArrayBuffer(8)],
  ])('finds that it cannot read %s', (_, frame) => {
    expect(readIncoming(frame).says).toBe('unreadable');
  });

  it('never throws, nor does what decodes its parts', () => {
    const part = fc.jsonValue({ maxDepth: 6 });
    const frame = fc.record(
      { id: part, method: part, error: part, result: part },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(frame, part), (value) => {
        const incoming = read(value);
        if (incoming.says !== 'reply') return;
        decodeError(incoming.error);
        readFrame(decodeResult(incoming.result));
      }),
      { numRuns: 1_000 },
    );
  });

  it('finds that it cannot decode what superjson cannot: types that are made up', () => {
    const reply = (data: unknown) => decodeResult({ type: 'data', data, id: undefined });
    expect(reply({ json: 5, meta: { values: ['set'] } })).toBeUndefined();
    expect(reply('bare')).toBeUndefined();
    expect(reply({})).toBeUndefined();
    expect(reply({ json: 1, meta: { values: [['made-up']] } })).toBeUndefined();
    expect(decodeError({ json: 'no shape' })).toMatchObject({ code: 'INTERNAL' });
  });
});

describe('readFrame', () => {
  const by = { id: 'ada', name: 'Ada' };
  const event = { id: 'E:1', type: 'message', data: {}, by, at: new Date(0), position: 'E:1' };
  const of = (data: unknown) => readFrame({ id: 'E:0/1', data });
  const ready = { type: 'ready', start: 'fresh', position: 'E:0', latest: [] };

  it('takes the frames of a room, and those that it does not know', () => {
    for (const frame of [
      ready,
      {
        ...ready,
        latest: [event],
        keyWindowMs: 5,
        gap: { reason: 'expired', from: 'E:1', to: 'E:2' },
      },
      { type: 'event', event },
      { type: 'gap', reason: 'expired', from: 'E:1', to: 'E:2' },
      { type: 'latest', latest: [event] },
      { type: 'erased', position: 'E:1' },
      { type: 'of-tomorrow' },
    ]) {
      expect(of(frame)?.data).toBe(frame);
    }
  });

  it.each([
    [undefined],
    [null],
    ['text'],
    [[]],
    [{}],
    [{ type: 5 }],
    [{ type: 'event' }],
    [{ type: 'event', event: { ...event, by: null } }],
    [{ type: 'event', event: { ...event, at: 'now' } }],
    [{ type: 'event', event: { ...event, position: 5 } }],
    [{ ...ready, latest: {} }],
    [{ ...ready, latest: [null] }],
    [{ ...ready, gap: 5 }],
    [{ ...ready, keyWindowMs: 'long' }],
    [{ ...ready, keyWindowMs: -1 }],
    [{ type: 'gap', reason: 'expired' }],
    [{ type: 'erased' }],
  ])('takes nothing else: %j', (frame) => {
    expect(of(frame)).toBeUndefined();
  });

  it('takes no envelope without an id', () => {
    expect(readFrame({ data: ready })).toBeUndefined();
    expect(readFrame({ id: 5, data: ready })).toBeUndefined();
    expect(readFrame(null)).toBeUndefined();
  });
});
