import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fromJson, toJson } from '../../../server/rest/json-values.ts';
import { strict } from '../../../shared/strict.ts';

const at = new Date(86_400_000);
const span = z.object({ from: z.date() }).and(z.object({ to: z.date(), steps: z.bigint() }));

describe('plain JSON', () => {
  it.each([
    ['an intersection', span, { from: at, to: at, steps: 5n }],
    [
      'an intersection of many',
      span.and(z.object({ seen: z.set(z.date()) })),
      { from: at, to: at, steps: 5n, seen: new Set([at]) },
    ],
    [
      'a union of intersections',
      z.union([z.object({ on: z.boolean() }), span]),
      { from: at, to: at, steps: 5n },
    ],
  ] as const)('carries what has no form there, in %s', (_, schema, value) => {
    const json: unknown = JSON.parse(toJson(value));
    for (const one of [schema, strict(schema)]) {
      expect(one.parse(fromJson(one, json))).toEqual(value);
    }
  });
});
