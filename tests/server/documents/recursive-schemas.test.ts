import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineRoom, durable } from '../../../shared/index.ts';
import { asyncApi } from '../../../server/documents/asyncapi.ts';
import { documentParts } from '../../../server/documents/document-parts.ts';
import { openApi } from '../../../server/documents/openapi.ts';
import { schemaBundle } from '../../../server/documents/schema-bundle.ts';
import { forum, order, post } from '../../kit/forum.ts';

const parts = documentParts({ forum });
const documents = [
  ['OpenAPI', openApi(parts), '/components/schemas/'],
  ['AsyncAPI', asyncApi(parts), '/components/schemas/'],
  ['JSON Schemas', schemaBundle(parts), '/$defs/'],
] as const;

function* refsIn(node: unknown): Generator<string> {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === '$ref' && typeof value === 'string') yield value;
    else yield* refsIn(value);
  }
}

/** What a pointer of a document (`#/a/b`) leads to. */
function at(document: unknown, ref: string): unknown {
  if (!ref.startsWith('#/')) return undefined;
  const keys = ref.slice(2).split('/');
  return keys.reduce<unknown>(
    (node, key) => (node as Record<string, unknown> | undefined)?.[key],
    document,
  );
}

describe.each(documents)('recursive schemas in %s', (form, document, schemas) => {
  const ajv = new (form === 'AsyncAPI' ? Ajv : Ajv2020)({ strict: false });
  formats.default(ajv);
  ajv.addSchema(document, 'document');
  const takes = (name: string, value: unknown) =>
    ajv.validate({ $ref: `document#${schemas}${name}` }, value);
  const room = 'r';
  const base = {
    id: '1',
    by: { id: 'ada', name: 'Ada' },
    at: '2026-05-01T00:00:00Z',
    position: '1',
  };

  it('leave no reference that leads nowhere', () => {
    const refs = new Set(refsIn(document));
    expect([...refs].filter((ref) => at(document, ref) === undefined)).toEqual([]);
    expect(refs.size).toBeGreaterThan(10);
    const own = [...refs].filter((ref) => ref.startsWith(`#${schemas}`));
    for (const ref of own) expect(ajv.getSchema(`document${ref}`), ref).toBeDefined();
    expect(JSON.stringify(document)).not.toMatch(/__(shared|schema|part)|"Named"/);
  });

  it('have names of their own, by the place that mentions them first', () => {
    const names = Object.keys(at(document, `#${schemas.slice(0, -1)}`) as object);
    expect(names).toEqual(
      expect.arrayContaining([
        'forum.event.ordered.data',
        'forum.event.posted.data',
        'forum.event.filed.data',
        'forum.event.listed.data.first',
        'forum.event.grown.data',
        'forum.publish.input.posted.data',
      ]),
    );
    expect(names).not.toContain('forum.event.told.data.one');
  });

  it('say of each event what it is, and not what another is', () => {
    const ordered = { ...base, type: 'ordered', data: { amount: 1, next: { amount: 2 } } };
    expect(takes('forum.event.ordered', ordered)).toBe(true);
    const wrong = { amount: 1, next: { text: 'x' } };
    expect(takes('forum.event.ordered', { ...ordered, data: wrong })).toBe(false);
    const posted = { ...base, type: 'posted', data: { text: 'x', replies: [{ text: 'y' }] } };
    expect(takes('forum.event.posted', posted)).toBe(true);
    expect(takes('forum.event.posted', { ...posted, data: ordered.data })).toBe(false);
  });

  it('take mutually recursive values, and those behind lazy schemas, sets and maps', () => {
    const publish = (type: string, data: unknown) =>
      takes('forum.publish.input', { room, type, data });
    const deep = { name: 'a', files: [{ size: 1, within: { name: 'b', files: [] } }] };
    expect(publish('filed', deep)).toBe(true);
    expect(publish('filed', { name: 'a', files: [{ size: 1, within: { name: 'b' } }] })).toBe(
      false,
    );
    const day = '2026-05-01T00:00:00Z';
    const below = { at: day, below: { at: day } };
    expect(publish('listed', { first: below, others: [below] })).toBe(true);
    expect(publish('listed', { first: below, others: [{ at: day, below: { at: 1 } }] })).toBe(
      false,
    );
    const tree = { trees: [], byName: [] };
    expect(publish('grown', { trees: [tree], byName: [['x', tree]] })).toBe(true);
    expect(publish('grown', { trees: [{ trees: [] }], byName: [] })).toBe(false);
  });

  it('refuse unknown keys at any depth in what is sent, and in nothing that comes', () => {
    const more = { text: 'x', replies: [{ text: 'y', replies: [{ text: 'z', more: 1 }] }] };
    expect(takes('forum.write.input', { room, text: 'x', replies: [{ text: 'y' }] })).toBe(true);
    expect(takes('forum.write.input', { room, ...more })).toBe(false);
    expect(takes('forum.event.posted', { ...base, type: 'posted', data: more })).toBe(true);
  });
});

describe('documents with recursive schemas', () => {
  it('are OpenAPI by the validator', async () => {
    const { errors } = await new Validator().validate(structuredClone(openApi(parts)));
    expect(errors ?? []).toEqual([]);
  });

  it('name them as before when an event is added after them', () => {
    const more = defineRoom('forum', {
      events: {
        ordered: durable(order),
        posted: durable(post),
        later: durable(z.object({ post })),
      },
    });
    const { $defs } = schemaBundle(documentParts({ forum: more }));
    const before = schemaBundle(parts).$defs;
    for (const type of ['ordered', 'posted']) {
      const name = `forum.event.${type}.data`;
      expect($defs[name]).toEqual(before[name]);
    }
  });
});
