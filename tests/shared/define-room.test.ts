import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DAY, defineMe, defineRoom, durable, ephemeral, latest } from '../../shared/index.ts';

const text = z.object({ text: z.string() });
const message = durable(text, { publish: 'client' });

/** As a caller in plain JavaScript would: without the compiler's help. */
const define = defineRoom as unknown as (name: unknown, spec: unknown) => unknown;

describe('defineRoom', () => {
  it('[CON1] lets only the server publish, unless an event says otherwise', () => {
    const kind = defineRoom('news', {
      events: {
        posted: durable(text),
        price: latest(text, { key: 'room' }),
        flash: ephemeral(text),
        message,
      },
    });
    const publishers = Object.entries(kind.events).map(([type, event]) => [type, event.publish]);
    expect(publishers).toEqual([
      ['posted', 'server'],
      ['price', 'server'],
      ['flash', 'server'],
      ['message', 'client'],
    ]);
  });

  it('[CON1] keeps the delivery class, the key and the expiry of each event', () => {
    const key = (data: { symbol: string }) => data.symbol;
    const kind = defineRoom('ticker', {
      events: { price: latest(z.object({ symbol: z.string() }), { key, expiresMs: 5 }) },
    });
    expect(kind.events.price).toMatchObject({ delivery: 'latest', key, expiresMs: 5 });
  });

  it('[CON3] makes events and presence strict', () => {
    const kind = defineRoom('chat', { events: { message }, presence: text });
    const extra = { text: 'hi', by: { id: 'eve' } };
    expect(kind.events.message.data.safeParse(extra).success).toBe(false);
    expect(kind.presence?.safeParse(extra).success).toBe(false);
    expect(kind.events.message.data.safeParse({ text: 'hi' }).success).toBe(true);
  });

  it('fills in what history does not say', () => {
    const keep = (history?: object) =>
      defineRoom('chat', { events: { message }, ...(history && { history }) });
    expect(keep().history).toEqual({ maxEvents: 10_000, maxAgeMs: 30 * DAY });
    expect(keep({ maxEvents: 5 }).history).toEqual({ maxEvents: 5, maxAgeMs: 30 * DAY });
    expect(keep({ maxAgeMs: undefined }).history).toEqual({
      maxEvents: 10_000,
      maxAgeMs: 30 * DAY,
    });
  });

  it.each([
    { maxEvents: 0 },
    { maxEvents: -1 },
    { maxEvents: 1.5 },
    { maxEvents: NaN },
    { maxAgeMs: 0 },
    { maxAgeMs: NaN },
    { maxAgeMs: 1.5 },
  ])('refuses a history that keeps nothing, or counts in fractions: %j', (history) => {
    expect(() => defineRoom('chat', { events: { message }, history })).toThrow(/history/);
  });

  it.each([
    '',
    'Chat',
    '1st',
    'my-room',
    'my.room',
    'a b',
    'é',
    '__proto__',
    'a\n',
    'a'.repeat(65),
    5,
    null,
  ])('refuses the malformed name %j', (name) =>
    expect(() => define(name, { events: { message } })).toThrow(/defineRoom.*not an identifier/s),
  );

  it.each(['then', 'call', 'apply'])('refuses the name %s, which tRPC keeps for itself', (name) => {
    expect(() => defineRoom(name, { events: { message } })).toThrow(/reserved/);
  });

  it.each(['trpc', 'connection', 'outbox', 'close'])(
    'refuses the name %s, which a client has beside its kinds',
    (name) => expect(() => defineRoom(name, { events: { message } })).toThrow(/reserved/),
  );

  it.each(['', 'Message', 'new message', 'a/b'])('refuses the malformed event name %j', (type) => {
    expect(() => defineRoom('chat', { events: { [type]: message } })).toThrow(/not an identifier/);
  });

  it.each([
    ['a bare schema', text, /made of a schema by durable/],
    ['nothing', undefined, /made of a schema by durable/],
    ['an event without a schema', { delivery: 'durable' }, /made of a schema by durable/],
    ['an event of no schema', durable(undefined as never), /needs a schema of zod 4/],
    ['an event of an object', ephemeral({ text: 'string' } as never), /needs a schema of zod 4/],
    ['a value of no schema', latest(undefined as never, { key: 'user' }), /needs a schema of zod/],
  ])('says which event is %s, and what was expected', (_, note, reason) => {
    const shorthands = { write: 'note' };
    const wrong = () => define('board', { events: { message, note }, shorthands });
    expect(wrong).toThrow(/^defineRoom\("board"\): event note /);
    expect(wrong).toThrow(reason);
    expect(() => defineMe({ events: { note: note as never } })).toThrow(reason);
  });

  it.each(['here', { status: 'here' }])('refuses %j for presence', (presence) => {
    const wrong = () => define('chat', { events: { message }, presence });
    expect(wrong).toThrow('defineRoom("chat"): presence needs a schema of zod 4');
  });

  it('refuses an event name that would be lost', () => {
    const events = JSON.parse('{ "__proto__": {} }') as object;
    expect(() => define('chat', { events })).toThrow(/not an identifier/);
  });

  it.each([0, -1, NaN])('refuses a latest value that expires after %d ms', (expiresMs) => {
    expect(() => latest(text, { key: 'user', expiresMs })).toThrow(/expiresMs/);
  });

  it('[CON1] refuses a value keyed by member that is to outlive its connection until its user has left', () => {
    expect(() => latest(text, { key: 'member', clear: 'leave' })).toThrow(/keyed by member/);
    expect(latest(text, { key: 'member' }).clear).toBe('drop');
    expect(latest(text, { key: 'member', clear: 'never' }).clear).toBe('never');
  });
});

describe('shorthands', () => {
  const withShorthands = (shorthands: Record<string, string>) => () =>
    define('chat', {
      events: {
        message,
        renamed: durable(text),
        count: durable(z.number(), { publish: 'client' }),
        placed: durable(z.object({ room: z.string() }), { publish: 'client' }),
        keyed: durable(z.object({ idempotencyKey: z.string() }), { publish: 'client' }),
      },
      shorthands,
    });

  it('takes one that names an event of clients', () => {
    expect(withShorthands({ send: 'message' })).not.toThrow();
  });

  it.each([
    ['an event that only the server publishes', { rename: 'renamed' }, /only the server/],
    ['no event', { send: 'missing' }, /no event/],
    ['an event that every object seems to have', { send: 'toString' }, /no event/],
    ['an event whose data is no object', { add: 'count' }, /object/],
    ['an event with a field named room', { place: 'placed' }, /room/],
    ['an event with a field named idempotencyKey', { key: 'keyed' }, /idempotencyKey/],
    ['a malformed name', { 'send-it': 'message' }, /not an identifier/],
  ])('refuses %s', (_, shorthands, reason) => {
    expect(withShorthands(shorthands as Record<string, string>)).toThrow(reason);
  });

  it.each(['events', 'publish', 'history', 'members', 'setPresence', 'then', 'call', 'apply'])(
    'refuses %s, a procedure or a word of tRPC',
    (name) => expect(withShorthands({ [name]: 'message' })).toThrow(/reserved/),
  );

  it.each(['id', 'current', 'ready', 'on', 'onFrame', 'subscribe', 'leave'])(
    'refuses %s, which a joined room has already',
    (name) => expect(withShorthands({ [name]: 'message' })).toThrow(/reserved/),
  );
});
