import type { JsonSchema } from './json-schemas.ts';

/** What stands apart from the schemas that mention it, by the `$ref` of these mentions. */
export type Definitions = ReadonlyMap<string, JsonSchema>;

/** Puts definitions where they are mentioned. One that mentions itself, or another that leads back to it, cannot stand
 *  there: it becomes a schema of its own, named by the place that mentions it first (`forum.event.post.data`). `refs`
 *  stands before the names in a `$ref`; `taken` has the names that others have, and those given here from then on. */
export function withDefinitions(
  schemas: Readonly<Record<string, JsonSchema>>,
  definitions: Definitions,
  { refs, taken }: { readonly refs: string; readonly taken: Set<string> },
): Record<string, JsonSchema> {
  const recursive = recursiveOf(definitions);
  const names = new Map<string, string>();
  const open = Object.entries(schemas);
  const refTo = (definition: string, schema: JsonSchema, path: string): string => {
    const name = names.get(definition) ?? freeName(path, taken);
    if (!names.has(definition)) {
      names.set(definition, name);
      open.push([name, schema]);
    }
    return `${refs}${name}`;
  };
  const filled: Fill = (schema, path) => {
    const { $ref: to, ...beside } = schema;
    const definition = typeof to === 'string' ? definitions.get(to) : undefined;
    if (typeof to !== 'string' || !definition) return eachPart(schema, path, filled);
    const own = eachPart(beside, path, filled);
    if (recursive.has(to)) return { ...own, $ref: refTo(to, definition, path) };
    return { ...filled(definition, path), ...own };
  };
  const all: Record<string, JsonSchema> = {};
  // It grows while it is read: definitions mention others.
  for (const [name, schema] of open) all[name] = filled(schema, name);
  return all;
}

/** Those from which mentions lead back to themselves. */
function recursiveOf(definitions: Definitions): ReadonlySet<string> {
  const mentions = new Map(
    [...definitions].map(([ref, schema]) => [ref, [...mentionsIn(schema, definitions)]]),
  );
  const leadsBack = (start: string) => {
    const seen = new Set(mentions.get(start));
    for (const ref of seen) for (const next of mentions.get(ref) ?? []) seen.add(next);
    return seen.has(start);
  };
  return new Set([...definitions.keys()].filter(leadsBack));
}

function* mentionsIn(part: unknown, definitions: Definitions): Generator<string> {
  if (typeof part === 'string' && definitions.has(part)) yield part;
  if (typeof part !== 'object' || part === null) return;
  for (const value of Object.values(part)) yield* mentionsIn(value, definitions);
}

type Fill = (schema: JsonSchema, path: string) => JsonSchema;

const BY_NAME = new Set(['properties', 'patternProperties']);
const FORMS = new Set(['anyOf', 'oneOf']);
const PARTS = new Set(['allOf', 'prefixItems', 'items', 'additionalItems', 'not']);
const OF_KEYS = new Set(['additionalProperties', 'propertyNames']);

/** The same schema with other schemas in it; whatever is no schema (examples, defaults) stays as it is. */
function eachPart(schema: JsonSchema, path: string, fill: Fill): JsonSchema {
  const parts = (value: unknown, placeOf: (key: string, part: JsonSchema) => string): unknown => {
    if (Array.isArray(value)) return value.map((part) => one(part, placeOf('', part)));
    return one(value, path);
  };
  const one = (part: unknown, at: string) => (isSchema(part) ? fill(part, at) : part);
  const entries = Object.entries(schema).map(([key, value]) => {
    if (FORMS.has(key)) return [key, parts(value, (_, form) => `${path}${tagOf(form)}`)];
    if (PARTS.has(key) || OF_KEYS.has(key)) return [key, parts(value, () => path)];
    if (!BY_NAME.has(key)) return [key, value];
    const fields = Object.entries(value as Record<string, unknown>);
    return [key, Object.fromEntries(fields.map(([n, part]) => [n, one(part, `${path}.${n}`)]))];
  });
  return Object.fromEntries(entries) as JsonSchema;
}

/** Forms that are told apart by their type have names that do not change when another is added before them. */
function tagOf({ properties }: JsonSchema): string {
  const { type } = (properties ?? {}) as { type?: JsonSchema };
  const tag = type?.['const'];
  return typeof tag === 'string' ? `.${tag}` : '';
}

function isSchema(part: unknown): part is JsonSchema {
  return typeof part === 'object' && part !== null && !Array.isArray(part);
}

/** A name that OpenAPI and AsyncAPI both allow. */
function freeName(path: string, taken: Set<string>): string {
  const base = path.replaceAll(/[^\w.-]/g, '');
  let name = base;
  for (let count = 2; taken.has(name); count += 1) name = `${base}-${count}`;
  taken.add(name);
  return name;
}
