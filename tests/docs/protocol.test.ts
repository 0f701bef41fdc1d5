import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import superjson from 'superjson';
import { describe, expect, it } from 'vitest';
import { asyncApi } from '../../server/documents/asyncapi.ts';
import { documentParts } from '../../server/documents/document-parts.ts';
import { errorsPage } from '../../server/site/table-pages.ts';
import { chat, reconnectAfter } from '../../shared/index.ts';
import { startServer } from '../kit/clients.ts';
import { rawSocket } from '../kit/raw-socket.ts';

const text = readFileSync(new URL('../../docs/PROTOCOL.md', import.meta.url), 'utf8');
const spec = readFileSync(new URL('../../docs/SPEC.md', import.meta.url), 'utf8');
const document = asyncApi(documentParts({ chat }));

/** The messages that the page shows, by the names that the document knows them by. */
const shown = new Map(
  [...text.matchAll(/^```json (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = '', json = '']) => [
    name,
    JSON.parse(json) as Message,
  ]),
);

type Message = Record<string, unknown> & { id?: number; result?: { type: string } };

const ajv = new Ajv({ strict: false });
formats.default(ajv);
ajv.addSchema(document, 'document');

const errorsOf = (name: string, message: unknown): string | undefined => {
  const pointer = `/channels/trpc/messages/${name}/payload`;
  return ajv.validate({ $ref: `document#${pointer}` }, message) ? undefined : ajv.errorsText();
};

/** Keys and types of a value, to any depth. */
function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(formOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, formOf(part)]));
}

describe('docs/PROTOCOL.md', () => {
  it('shows messages that the AsyncAPI document knows', () => {
    expect([...shown.keys()].toSorted()).toEqual(
      [
        'connectionParams',
        'chat.send.request',
        'chat.send.result',
        'error',
        'chat.events.request',
        'started',
        'chat.events.ready',
        'chat.events.event',
        'stop',
        'stopped',
        'reconnect',
      ].toSorted(),
    );
    for (const [name, message] of shown) expect(errorsOf(name, message), name).toBeUndefined();
  });

  it('tells of a session as it goes: sent what it shows, a server answers what it shows', async () => {
    const server = await startServer();
    const socket = await rawSocket(`${server.socketUrl}?connectionParams=1`);
    const token = await server.token('ada');
    const params = shown.get('connectionParams')!;
    socket.send({ ...params, data: { ...(params['data'] as object), token } });
    const follow = shown.get('chat.events.request')!;
    socket.send(follow);
    const came: unknown[] = [];
    // Others may be told of at any time: what is looked for is what is valid as it.
    const find = async (name: string) => {
      const isIt = (message: unknown) => errorsOf(name, message) === undefined;
      while (!came.some(isIt)) came.push(await socket.next());
      return came.find(isIt);
    };
    const expectAsShown = async (name: string) =>
      expect(formOf(await find(name)), name).toEqual(formOf(shown.get(name)));
    await expectAsShown('started');
    await expectAsShown('chat.events.ready');
    socket.send(shown.get('chat.send.request'));
    await expectAsShown('chat.events.event');
    await expectAsShown('chat.send.result');
    socket.send(shown.get('stop'));
    expect(await find('stopped')).toEqual(shown.get('stopped'));
    const input = { json: { room: 'p~none', text: 'x' } };
    socket.send({ ...shown.get('chat.send.request'), params: { path: 'chat.send', input } });
    expect(await find('error')).toEqual(shown.get('error'));
    socket.ws.send('{');
    expect(await socket.next()).toMatchObject({ id: null });
  });

  it('[TRN1] says what tRPC refuses by itself with a code and a status of its own', async () => {
    const server = await startServer();
    const authorization = `Bearer ${await server.token('ada')}`;
    const over = async (path: string, type: string) => {
      const headers = { authorization, 'content-type': type };
      const call = { method: 'POST', headers, body: '{"json":{"room":"r"}}' };
      return (await fetch(`${server.url}/trpc/${path}`, call)).json();
    };
    const socket = await rawSocket(server.socketUrl, await server.token('ada'));
    socket.ws.send('{');
    const replies: { error: { json: { data: Record<string, unknown> } } }[] = [
      await over('chat.history', 'application/json'),
      await over('chat.send', 'text/html'),
      (await socket.next()) as never,
    ];
    const rows = [...text.matchAll(/^\| `([A-Z_]+)` +\| (\d+) +\| `([A-Z_]+)` +\|/gm)];
    expect(rows.map(([, code, status, reason]) => [code, Number(status), reason])).toEqual(
      replies.map(({ error }) => {
        const { code, httpStatus, reason } = error.json.data;
        return [code, httpStatus, reason];
      }),
    );
    for (const [, code = '', status = ''] of rows) {
      for (const page of [spec, errorsPage().content.html]) expect(page).toContain(code);
      expect(spec).toContain(`${code} ${status}`);
    }
  });

  it('says how superjson writes what JSON does not have', () => {
    const meta = (value: unknown) => superjson.serialize({ a: value }).meta?.values;
    const on = new Date(0);
    expect(text).toContain('`["set", { "0": ["Date"] }]`');
    expect(meta(new Set([on]))).toEqual({ a: ['set', { 0: ['Date'] }] });
    expect(meta(undefined)).toEqual({ a: ['undefined'] });
    expect(meta(Number.NaN)).toEqual({ a: ['number'] });
    expect(meta(new Uint8Array(1))).toEqual({ a: [['typed-array', 'Uint8Array']] });
    expect(superjson.serialize({ 'a.b': on, 'c\\d': new Date(1) }).meta).toEqual({
      values: { 'a\\.b': ['Date'], 'c\\\\d': ['Date'] },
      v: 1,
    });
    const nothing = /answers `(\{"json":null.*?\})`\./.exec(text)?.[1] ?? '';
    expect(superjson.serialize(undefined)).toEqual(JSON.parse(nothing));
  });

  it('gives close codes as the client acts on them', () => {
    const rows = [
      ...text.matchAll(/^\| ([\d, ]+|4500 to 4999|any other) +\| (stop|the token|come)/gm),
    ];
    const does = { stop: 'stop', 'the token': 'refresh', come: 'retry' } as const;
    expect(rows).toHaveLength(4);
    for (const [, codes = '', words = ''] of rows) {
      const numbers =
        codes === 'any other ' || codes.startsWith('any')
          ? ['1006', '1012', '4409']
          : codes.match(/\d+/g);
      for (const code of numbers ?? []) {
        expect(reconnectAfter(Number(code)), code).toBe(does[words as keyof typeof does]);
      }
    }
  });

  it('names every frame that there is', () => {
    const { frames } = documentParts({ chat }).kinds[0]!;
    for (const { type } of frames) expect(text).toContain(`\`${type}\``);
  });
});
