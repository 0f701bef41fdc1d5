import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import superjson from 'superjson';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineRoom, durable, type Contract } from '../../../shared/index.ts';
import { asyncApi } from '../../../server/documents/asyncapi.ts';
import { documentParts } from '../../../server/documents/document-parts.ts';
import { openApi } from '../../../server/documents/openapi.ts';
import { schemaBundle } from '../../../server/documents/schema-bundle.ts';
import { toJson } from '../../../server/rest/to-json.ts';
import { described } from '../../kit/described.ts';

const parts = documentParts(described);

/** Whether a value is what a schema of a document says. */
function validator(document: object) {
  // AsyncAPI's own dialect is draft-07.
  const Dialect = 'asyncapi' in document ? Ajv : Ajv2020;
  const ajv = new Dialect({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, 'document');
  return (pointer: string, value: unknown) => {
    const isValid = ajv.validate({ $ref: `document#${pointer}` }, value);
    return isValid ? undefined : `${pointer}: ${ajv.errorsText()} ${JSON.stringify(value)}`;
  };
}

const escaped = (key: string) =>
  encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Every example of a document with the pointer of the schema that it has to meet: those of schemas and messages, and
 *  those of bodies. */
function* examplesOf(at: unknown, pointer = ''): Generator<[pointer: string, value: unknown]> {
  if (typeof at !== 'object' || at === null) return;
  const node = at as Record<string, unknown>;
  if ('payload' in node && Array.isArray(node['examples'])) {
    for (const { payload } of node['examples'] as { payload: unknown }[]) {
      yield [`${pointer}/payload`, payload];
    }
  } else if (Array.isArray(node['examples'])) {
    for (const value of node['examples'] as unknown[]) yield [pointer, value];
  }
  if ('schema' in node && 'example' in node) yield [`${pointer}/schema`, node['example']];
  for (const [key, value] of Object.entries(node)) {
    if (key !== 'examples' && key !== 'example')
      yield* examplesOf(value, `${pointer}/${escaped(key)}`);
  }
}

describe('the documents of a contract', () => {
  it('are OpenAPI 3.1 by the validator, without an error', async () => {
    const openapi = new Validator();
    const { valid, errors } = await openapi.validate(structuredClone(openApi(parts)));
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    expect(openapi.version).toBe('3.1');
  });

  it.each([
    ['OpenAPI', openApi(parts)],
    ['AsyncAPI', asyncApi(parts)],
    ['JSON Schemas', schemaBundle(parts)],
  ])('have examples that their own schemas take: %s', (_, document) => {
    const check = validator(document);
    const examples = [...examplesOf(document)];
    expect(examples.length).toBeGreaterThan(60);
    expect(examples.flatMap(([pointer, value]) => check(pointer, value) ?? [])).toEqual([]);
  });

  it('have every procedure, event, frame, error, close code, delivery class and limit', () => {
    const rest = JSON.stringify(openApi(parts));
    const socket = asyncApi(parts) as Record<string, Record<string, unknown>>;
    const { $defs } = schemaBundle(parts);
    for (const { kind, procedures, events, frames } of parts.kinds) {
      for (const { name, type } of procedures) {
        expect(rest).toContain(`"operationId":"${kind.name}.${name}"`);
        expect(socket['operations']).toHaveProperty([`${kind.name}.${name}`]);
        expect(type).toBeTruthy();
      }
      for (const { type } of events) expect($defs).toHaveProperty([`${kind.name}.event.${type}`]);
      for (const { type } of frames) {
        expect($defs).toHaveProperty([`${kind.name}.frame.${type}`]);
        const messages = (socket['channels'] as { trpc: { messages: object } }).trpc.messages;
        expect(messages).toHaveProperty([`${kind.name}.events.${type}`]);
      }
    }
    expect($defs['board.event.cursor']).toMatchObject({
      'x-delivery': 'latest',
      'x-key': 'member',
    });
    expect(JSON.stringify(socket['x-errors'])).toContain('STALE_VERSION');
    expect(JSON.stringify(socket['x-close-codes'])).toContain('4409');
    expect(Object.keys(socket['x-delivery-classes'] ?? {})).toEqual([
      'durable',
      'latest',
      'ephemeral',
    ]);
    expect(JSON.stringify(socket['x-limits'])).toContain('64 KiB');
  });

  it('say of people whom a backend names that they are more than an id', () => {
    const { paths } = openApi(parts) as { paths: Record<string, Record<string, object>> };
    const bodyOf = (path: string) => JSON.stringify(paths[path]?.['post']);
    expect(bodyOf('/api/chat/rooms/{room}/addMember')).toContain('"user":{"description":"Who ');
    expect(bodyOf('/api/chat/create')).toContain('"owner":{"description":"Whose ');
    expect(bodyOf('/api/chat/rooms/{room}/setRole')).toContain('"user":{"description":"The id ');
  });

  it('say what JSON does not have as superjson writes it', () => {
    const { $defs } = schemaBundle(parts);
    expect($defs['board.plan.input']).toMatchObject({
      additionalProperties: false,
      properties: {
        due: { type: 'string', format: 'date-time' },
        total: { type: 'string' },
        tags: { type: 'array', items: { type: 'string' } },
        notes: {
          type: 'array',
          items: { prefixItems: [{ type: 'string' }, { format: 'date-time' }] },
        },
      },
    });
    const messages = asyncApi(parts) as unknown as {
      channels: { trpc: { messages: Record<string, { examples: [{ payload: unknown }] }> } };
    };
    expect(messages.channels.trpc.messages['chat.send.result']?.examples[0].payload).toEqual({
      id: 1,
      result: {
        type: 'data',
        data: {
          json: expect.objectContaining({ level: 'disk' }),
          meta: { values: { at: ['Date'] }, v: 1 },
        },
      },
    });
  });

  it('say of bytes that they are base64 over REST, and numbers over tRPC', () => {
    const { $defs } = schemaBundle(parts);
    const text = { type: 'string', contentEncoding: 'base64' };
    const numbers = { type: 'array', items: { type: 'integer', minimum: 0, maximum: 255 } };
    const inPlan = { properties: { icon: { anyOf: [{ ...text, maxLength: 88 }, numbers] } } };
    expect($defs['board.plan.input']).toMatchObject(inPlan);
    expect($defs['board.plan.input']).toMatchObject({
      properties: { seal: { anyOf: [text, numbers] } },
    });
    const { components } = openApi(parts) as { components: { schemas: Record<string, unknown> } };
    expect(components.schemas['board.plan.input']).toMatchObject({
      properties: { icon: { ...text, maxLength: 88 }, seal: text },
    });
    const { channels } = asyncApi(parts) as unknown as {
      channels: { trpc: { messages: Record<string, { examples: [{ payload: unknown }] }> } };
    };
    expect(channels.trpc.messages['board.plan.request']?.examples[0].payload).toMatchObject({
      params: {
        input: {
          json: { seal: [0, 1, 254, 255] },
          meta: { values: { seal: [['typed-array', 'Uint8Array']] } },
        },
      },
    });
  });

  it('say of undefined and NaN that REST has no form for them, and which one superjson has', () => {
    const data = z.object({
      none: z.undefined(),
      maybe: z.undefined().or(z.string()),
      count: z.nan().or(z.number()),
    });
    const odd = defineRoom('odd', {
      events: {
        said: durable(data, { publish: 'client' }),
        nothing: durable(z.void(), { publish: 'client' }),
      },
      shorthands: { speak: 'said' },
    });
    const own = documentParts({ odd });
    const rest = validator(openApi(own));
    const socket = validator(asyncApi(own));
    const speak = '/components/schemas/odd.speak.input';
    const given = { room: 'r', maybe: 'x', count: 1 };
    expect(rest(speak, { ...given, none: null })).toContain('none');
    expect(rest(speak, { ...given, count: 'NaN' })).toContain('count');
    const wire = superjson.serialize({ ...given, none: undefined, maybe: undefined, count: NaN });
    expect(socket(speak, wire.json)).toBeUndefined();
    expect(socket(speak, { ...given, none: 1 })).toContain('none');

    const event = {
      id: '1',
      by: { id: 'a', name: 'A' },
      at: '2026-05-01T00:00:00Z',
      position: '1',
    };
    const came = toJson({ ...event, type: 'said', data: { none: undefined, count: NaN } });
    const said = '/components/schemas/odd.event.said';
    expect(rest(said, JSON.parse(came))).toBeUndefined();
    const nothing = '/components/schemas/odd.event.nothing';
    expect(rest(nothing, { ...event, type: 'nothing' })).toBeUndefined();
    expect(rest(nothing, { ...event, type: 'nothing', data: 1 })).toContain('data');
  });

  it('of a contract that says nothing of itself are valid, and show no example that is not', async () => {
    const odd = z.object({ on: z.date(), text: z.string().transform((text) => text.length) });
    const wrong = z
      .object({ n: z.number() })
      .meta({ description: 'x', examples: [{ n: 'seven' }] });
    const fresh = z
      .object({
        due: z.date().default(() => new Date()),
        id: z.string().default(() => `${Math.random()}`),
      })
      .meta({ description: 'x', examples: [{ due: new Date(0), id: 'a' }] });
    const bare = defineRoom('bare', {
      events: {
        odd: durable(odd, { publish: 'client', editable: true }),
        wrong: durable(wrong, { publish: 'client' }),
        fresh: durable(fresh, { publish: 'client' }),
      },
      presence: z.object({ mood: z.string() }),
      shorthands: { tell: 'wrong' },
    });
    const own = documentParts({ bare });
    expect(openApi(documentParts({ bare }))).toEqual(openApi(own));
    expect(JSON.stringify(schemaBundle(own))).toContain('1970-01-01T00:00:00.000Z');
    const { errors } = await new Validator().validate(structuredClone(openApi(own)));
    expect(errors ?? []).toEqual([]);
    for (const document of [openApi(own), asyncApi(own), schemaBundle(own)]) {
      const check = validator(document);
      const examples = [...examplesOf(document)];
      expect(examples.flatMap(([pointer, value]) => check(pointer, value) ?? [])).toEqual([]);
      expect(JSON.stringify(document)).not.toContain('seven');
    }
  });

  it('of 200 events and 200 procedures take less than 3 s', () => {
    const data = z
      .object({ title: z.string().max(200), done: z.boolean(), due: z.date().optional() })
      .meta({ description: 'One of many.', examples: [{ title: 'x', done: false }] });
    const types = Array.from({ length: 20 }, (_, n) => `event${n}`);
    const kinds = Array.from({ length: 10 }, (_, n) =>
      defineRoom(`kind${n}`, {
        events: Object.fromEntries(
          types.map((type) => [type, durable(data, { publish: 'client' })]),
        ),
        shorthands: Object.fromEntries(types.map((type) => [`send${type}`, type])),
      }),
    );
    const contract: Contract = Object.fromEntries(kinds.map((kind) => [kind.name, kind]));
    const before = process.cpuUsage();
    const many = documentParts(contract);
    const texts = [openApi(many), asyncApi(many), schemaBundle(many)].map((one) =>
      JSON.stringify(one),
    );
    const { user, system } = process.cpuUsage(before);
    expect(many.kinds.flatMap(({ events }) => events).length).toBeGreaterThanOrEqual(200);
    expect(many.kinds.flatMap(({ procedures }) => procedures).length).toBeGreaterThanOrEqual(200);
    expect(texts.every((text) => text.length > 100_000)).toBe(true);
    expect((user + system) / 1_000).toBeLessThan(3_000);
  });
});
