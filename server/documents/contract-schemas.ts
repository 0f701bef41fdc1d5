import type { DocumentParts } from './document-parts.ts';
import type { EventDescription } from '../description/events.ts';
import { FIELDS, FIELDS_BESIDE } from '../description/field-words.ts';
import { withWords } from './fields.ts';
import { jsonSchemas, type JsonSchema, type SchemaStyle } from './json-schemas.ts';

/** Every schema of a contract as JSON Schema; events say how they are delivered and who publishes them. */
export function contractSchemas(
  { kinds, operations, schemas }: DocumentParts,
  style: SchemaStyle,
): Record<string, JsonSchema> {
  const converted = jsonSchemas(schemas, style);
  for (const event of kinds.flatMap(({ events }) => events)) {
    const name = schemas.nameOf(event.schema);
    converted[name] = { ...converted[name], ...traitsOf(event) };
  }
  for (const { kind, procedures } of kinds) {
    for (const { name, input } of procedures) {
      if (!input) continue;
      const words = Object.hasOwn(kind.shorthands, name) ? FIELDS_BESIDE : FIELDS;
      const known = schemas.nameOf(input);
      converted[known] = withWords(converted[known] ?? {}, words);
    }
  }
  for (const input of operations.flatMap(({ server }) => server?.input ?? [])) {
    const known = schemas.nameOf(input);
    converted[known] = withWords(converted[known] ?? {}, FIELDS);
  }
  return converted;
}

function traitsOf({ spec, whole, example }: EventDescription): JsonSchema {
  const life = spec.delivery === 'durable' ? livesOf(spec.life) : [];
  return {
    ...(example !== undefined && { examples: [whole] }),
    'x-delivery': spec.delivery,
    'x-publish': spec.publish,
    ...(life.length > 0 && { 'x-life': life }),
    ...(spec.delivery === 'latest' && {
      'x-key': typeof spec.key === 'function' ? 'data' : spec.key,
      ...(spec.expiresMs !== undefined && { 'x-expires-ms': spec.expiresMs }),
    }),
  };
}

function livesOf(life: object): string[] {
  return Object.entries(life).flatMap(([name, is]) =>
    is === false || is === undefined ? [] : [is === true ? name : `${name}: ${is}`],
  );
}
