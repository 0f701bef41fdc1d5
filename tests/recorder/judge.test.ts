import { describe, expect, it } from 'vitest';
import { chat } from '../../shared/index.ts';
import { closedDocuments } from './documents.ts';
import { createJudge } from './judge.ts';

const judge = createJudge(closedDocuments({ chat }));
const ack = {
  id: 'e:1',
  position: 'e:1',
  at: '2026-11-25T09:30:00.000Z',
  level: 'disk',
  duplicate: false,
};
const meta = { values: { at: ['Date'] } };
const base = { where: '', contract: 'default', path: 'chat.send', type: 'mutation' };
const reply = (json: object, more: object = {}) =>
  judge({
    ...base,
    form: 'reply',
    body: { id: 1, result: { type: 'data', data: { json, meta } } },
    ...more,
  });
const event = {
  id: 'e:1',
  type: 'message',
  data: { text: 'x' },
  by: { id: 'a', name: 'a' },
  at: ack.at,
  position: 'e:1',
};
const frame = (data: object, id = 'e:1') => ({
  ...base,
  form: 'reply' as const,
  path: 'chat.events',
  type: 'subscription',
  body: { id: 1, result: { type: 'data', id, data: { json: { id: 'e:1', data } } } },
});

describe('the judge of what is seen on the wire', () => {
  it('takes what the documents say', () => {
    expect(reply(ack)).toBeUndefined();
    expect(judge(frame({ type: 'event', event }))).toBeUndefined();
    expect(
      judge({ ...base, form: 'rest', path: 'POST /api/chat/rooms/r/send', body: ack }),
    ).toBeUndefined();
  });

  it('finds a field that is missing, one of another form, and one that is in no document', () => {
    const { level: _, ...less } = ack;
    expect(reply(less)).toContain("required property 'level'");
    expect(reply({ ...ack, level: 'tape' })).toContain('allowed values');
    expect(reply({ ...ack, more: 1 })).toContain('additional properties');
    expect(judge(frame({ type: 'event', event: { ...event, secret: 1 } }))).toContain(
      'not chat.Frame',
    );
    expect(judge(frame({ type: 'nope' }))).toContain('not chat.Frame');
  });

  it('finds ids that differ, envelopes with more in them, procedures and paths that nobody knows', () => {
    expect(judge(frame({ type: 'event', event }, 'e:2'))).toContain('tracked by e:2');
    expect(
      judge({ ...base, form: 'reply', body: { id: 1, result: { type: 'data', data: {} }, x: 1 } }),
    ).toContain('envelope');
    expect(reply(ack, { path: 'chat.nope' })).toContain('answers something');
    expect(judge({ ...base, form: 'rest', path: 'GET /api/nope', body: {} })).toContain(
      'in no document',
    );
    expect(reply(ack, { asked: { json: { room: 7, text: 'x' } } })).toContain('chat.send.input');
  });
});
