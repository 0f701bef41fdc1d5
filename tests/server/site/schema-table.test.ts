import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineRoom, durable } from '../../../shared/index.ts';
import { documentsOf } from '../../../server/documents/documents.ts';
import { forum } from '../../kit/forum.ts';

/** The rows of the table of an event's data: each field with its type, as text. */
function rowsOf(data: z.ZodType): string[] {
  return rowsIn(defineRoom('odd', { events: { said: durable(data) } }), 'said');
}

function rowsIn(kind: Parameters<typeof documentsOf>[0][string], event: string): string[] {
  const page = documentsOf({ [kind.name]: kind }).file(`events-${kind.name}.html`)?.text ?? '';
  const [, after = ''] = page.split(`<h2 id="${event}"`);
  const [section = ''] = after.split('<h2 ');
  const rows = section.match(/<td>[^]*?<\/tr>/g) ?? [];
  return rows.map((row) => {
    const [field = '', type = ''] = row.split('</td>').map(textOf);
    return `${field}: ${type}`;
  });
}

/** What is shown where data have no fields. */
function typeOf(data: z.ZodType): string {
  const kind = defineRoom('odd', { events: { said: durable(data) } });
  const page = documentsOf({ odd: kind }).file('events-odd.html')?.text ?? '';
  return textOf(/<h3>Data<\/h3>\s*<p>([^]*?)<\/p>/.exec(page)?.[1] ?? '');
}

const textOf = (text: string) =>
  text
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&quot;', '"')
    .trim();

const a = z.object({ a: z.string() });
const x = z.object({ k: z.literal('x'), v: z.string() });
const y = z.object({ k: z.literal('y'), v: z.number(), w: z.number().optional() });

describe('the table of a schema', () => {
  it('collects the types of a field over all forms, and says which form has it', () => {
    expect(rowsOf(z.discriminatedUnion('k', [x, y]))).toEqual([
      'k: "x" or "y"',
      'v: string or number',
      'w: number (optional; if k is "y")',
    ]);
    expect(rowsOf(z.union([a, z.object({ b: z.number() })]))).toEqual([
      'a: string (if it has form 1 of 2)',
      'b: number (if it has form 2 of 2)',
    ]);
  });

  it('does so below fields and in lists', () => {
    expect(rowsOf(z.object({ in: z.array(z.union([x, y, z.string()])) }))).toEqual([
      'in: list of object or string',
      'in[].k: "x" or "y"',
      'in[].v: string or number',
      'in[].w: number (optional; if in[].k is "y")',
    ]);
    expect(rowsOf(z.object({ in: a.nullable() }))).toEqual(['in: object or null', 'in.a: string']);
    expect(rowsOf(a.and(z.object({ b: z.number() }).meta({ title: 'B' })))).toEqual([
      'a: string',
      'b: number',
    ]);
  });

  it('shows tuples, maps and records as what is in them', () => {
    const data = z.object({
      rest: z.tuple([z.string(), z.number()]).rest(z.boolean()),
      may: z.tuple([z.string(), z.string(), a.optional()]),
      map: z.map(z.string(), z.date()),
      counts: z.record(z.string(), z.number()),
      chosen: z.record(z.enum(['p', 'q']), a),
    });
    expect(rowsOf(data)).toEqual([
      'rest: list of (string; number; then any number of boolean)',
      'may: list of (string; string; object (optional))',
      'may[2].a: string',
      'map: list of pair of string and date, as ISO text',
      'counts: object of number by string',
      'chosen: object of object by "p" or "q"',
      'chosen.*.a: string',
    ]);
    expect(typeOf(z.record(z.string(), z.number()))).toBe('object of number by string');
  });

  it('says where more keys are taken, and which', () => {
    expect(rowsOf(z.looseObject({ a: z.string() }))).toEqual([
      'a: string',
      'any other key: anything',
    ]);
    expect(rowsOf(z.object({ in: a.catchall(z.object({ n: z.int() })) }))).toEqual([
      'in: object',
      'in.a: string',
      'any other key of in: object',
      'in.*.n: integer',
    ]);
  });

  it('says what text has to look like, and numbers to be', () => {
    const data = z.object({
      id: z.string().regex(/^x-/),
      mail: z.email(),
      big: z.bigint(),
      part: z.number().gt(0).lt(9).multipleOf(0.5),
      few: z.array(z.string()).min(1).max(3),
      three: z.string().length(3),
      none: z.undefined(),
      count: z.nan().or(z.number()),
    });
    expect(rowsOf(data)).toEqual([
      'id: string, like ^x-',
      'mail: string, email',
      String.raw`big: string, like ^-?\d{1,40}$`,
      'part: number, more than 0, less than 9, a multiple of 0.5',
      'few: list of string, 1 to 3 of them',
      'three: string, 3 characters',
      'none: nothing (optional)',
      'count: null or number',
    ]);
  });

  it('shows the fields of recursive schemas once, and then their name', () => {
    expect(rowsIn(forum, 'posted')).toEqual([
      'text: string',
      'replies: list of forum.event.posted.data (optional)',
    ]);
    expect(rowsIn(forum, 'filed')).toEqual([
      'name: string',
      'files: list of object',
      'files[].size: number',
      'files[].within: forum.event.filed.data or null',
    ]);
    expect(rowsIn(forum, 'listed')).toEqual([
      'first: forum.event.listed.data.first',
      'first.at: date, as ISO text',
      'first.below: forum.event.listed.data.first (optional)',
      'others: list of forum.event.listed.data.first',
      'others[].at: date, as ISO text',
      'others[].below: forum.event.listed.data.first (optional)',
    ]);
  });
});
