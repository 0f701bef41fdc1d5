import type { JsonSchema } from '../documents/json-schemas.ts';
import { html, type Html } from './html.ts';

/** What a schema takes, in a few words. */
export function typeOf(schema: JsonSchema): Html {
  const { $ref: ref, enum: values, not } = schema;
  if (typeof ref === 'string') return html`<code>${nameIn(ref)}</code>`;
  if ('const' in schema) return code(schema['const']);
  if (Array.isArray(values)) return joined(values.map(code), ' or ');
  const forms = formsOf(schema);
  if (forms.length > 0) return joined(forms.map(typeOf), ' or ');
  const all = schemasIn(schema['allOf']);
  if (all.length > 0) return joined(all.map(typeOf), ' and ');
  if (not !== undefined) return html`nothing`;
  if (schema['type'] === 'array') return listType(schema);
  return isRecord(schema) ? recordType(schema) : plainType(schema);
}

/** The name that a `$ref` of the pages ends with. */
export function nameIn(ref: string): string {
  return ref.split('/').at(-1)?.replace(/^#/, '') ?? ref;
}

/** The forms of a schema that has several. */
export function formsOf(schema: JsonSchema): readonly JsonSchema[] {
  return [...schemasIn(schema['anyOf']), ...schemasIn(schema['oneOf'])];
}

/** The schemas of a list of them. */
export function schemasIn(list: unknown): readonly JsonSchema[] {
  return Array.isArray(list) ? (list as JsonSchema[]) : [];
}

/** A schema that stands at one place, unless that is absent or `false`. */
export function schemaAt(place: unknown): JsonSchema | undefined {
  return typeof place === 'object' && place !== null ? (place as JsonSchema) : undefined;
}

/** Is it an object whose keys are data? */
export function isRecord(schema: JsonSchema): boolean {
  return valuesOf(schema).length > 0 && schema['properties'] === undefined;
}

/** What keys that no field names may have, with the pattern of these keys if there is one. */
export function valuesOf(
  schema: JsonSchema,
): readonly (readonly [string | undefined, JsonSchema])[] {
  const more = schemaAt(schema['additionalProperties']);
  const byPattern = Object.entries(
    (schema['patternProperties'] ?? {}) as Record<string, JsonSchema>,
  );
  return [...byPattern, ...(more ? [[undefined, more] as const] : [])];
}

/** Pieces with a word between them, each once. */
export function joined(pieces: readonly Html[], between: string): Html {
  const texts = [...new Set(pieces.map((piece) => piece.html))];
  return html`${texts.map((text, index) => html`${index > 0 && between}${{ html: text }}`)}`;
}

function code(value: unknown): Html {
  return html`<code>${JSON.stringify(value)}</code>`;
}

function listType(schema: JsonSchema): Html {
  const { minItems, maxItems } = schema;
  const first = schemasIn(schema['prefixItems']);
  const rest = schemaAt(schema['items']);
  if (first.length === 0) {
    return html`list of ${typeOf(rest ?? {})}${range(minItems, maxItems, ' of them')}`;
  }
  if (first.length === 2 && !rest && minItems === 2) {
    return html`pair of ${first.map((item, index) => html`${index > 0 && ' and '}${typeOf(item)}`)}`;
  }
  const items = first.map((item, index) => {
    const isOptional = typeof minItems === 'number' && index >= minItems;
    return html`${index > 0 && '; '}${typeOf(item)}${isOptional && ' (optional)'}`;
  });
  return html`list of (${items}${rest && html`; then any number of ${typeOf(rest)}`})`;
}

function recordType(schema: JsonSchema): Html {
  const keys = schemaAt(schema['propertyNames']);
  const values = valuesOf(schema).map(([pattern, value]) => {
    const by = pattern === undefined ? typeOf(keys ?? { type: 'string' }) : matching(pattern);
    return html`${typeOf(value)} by ${by}`;
  });
  return html`object of ${joined(values, ' or ')}`;
}

function matching(pattern: string): Html {
  return html`text like <code>${pattern}</code>`;
}

function plainType(schema: JsonSchema): Html {
  const { format, pattern, minLength, maxLength, multipleOf } = schema;
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  const bounds = [
    range(minLength, maxLength, ' characters'),
    range(minimum, maximum, ''),
    typeof above === 'number' && `, more than ${above}`,
    typeof below === 'number' && `, less than ${below}`,
    typeof multipleOf === 'number' && `, a multiple of ${multipleOf}`,
  ];
  // Of a format the name says more than the pattern that comes with it.
  const like = format === undefined && typeof pattern === 'string' && pattern;
  return html`${wordFor(schema)}${bounds}${like && html`, like <code>${like}</code>`}`;
}

function wordFor({ format, contentEncoding, type }: JsonSchema): string {
  if (format === 'date-time') return 'date, as ISO text';
  if (contentEncoding === 'base64') return 'bytes, as base64 text';
  if (typeof type === 'string') return typeof format === 'string' ? `${type}, ${format}` : type;
  return Array.isArray(type) ? type.join(' or ') : 'anything';
}

function range(low: unknown, high: unknown, unit: string): string {
  if (typeof high !== 'number') return typeof low === 'number' ? `, ${low} or more${unit}` : '';
  if (low === high) return `, ${high}${unit}`;
  return typeof low === 'number' ? `, ${low} to ${high}${unit}` : `, at most ${high}${unit}`;
}
