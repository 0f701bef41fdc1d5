import type { JsonSchema } from '../documents/json-schemas.ts';
import { propertiesOf, requiredOf } from '../documents/fields.ts';
import { html, inline, table, type Html } from './html.ts';

const DEPTH = 3;

/** The fields of a schema as a table: name, type, and what is said of it; those of objects below it with dots. */
export function schemaTable(schema: JsonSchema): Html {
  const rows = rowsOf(schema, '', 0);
  if (rows.length === 0) return html`<p>${typeOf(schema)}</p>`;
  const hasMeaning = rows.some(([, , { html: meaning }]) => meaning !== '');
  if (hasMeaning) return table(['Field', 'Type', 'Meaning'], rows);
  return table(
    ['Field', 'Type'],
    rows.map(([name, type]) => [name, type]),
  );
}

type Row = readonly [Html, Html, Html];

function rowsOf(schema: JsonSchema, prefix: string, depth: number): Row[] {
  const required = requiredOf(schema);
  return Object.entries(propertiesOf(schema)).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const optional = required.includes(name) || isUnion(schema) ? '' : ' (optional)';
    const description = typeof field['description'] === 'string' ? field['description'] : '';
    const row: Row = [
      html`<code>${path}</code>`,
      html`${typeOf(field)}${optional}`,
      html`${inline(description)}`,
    ];
    const below =
      depth < DEPTH
        ? rowsOf(contentsOf(field), `${path}${isList(field) ? '[]' : ''}.`, depth + 1)
        : [];
    return [row, ...below];
  });
}

function isUnion(schema: JsonSchema): boolean {
  return 'anyOf' in schema || 'oneOf' in schema;
}

function isList(schema: JsonSchema): boolean {
  return schema['type'] === 'array';
}

function contentsOf(schema: JsonSchema): JsonSchema {
  return isList(schema) ? ((schema['items'] ?? {}) as JsonSchema) : schema;
}

/** What a schema takes, in a few words. */
export function typeOf(schema: JsonSchema): Html {
  const ref = schema['$ref'];
  if (typeof ref === 'string') return html`<code>${ref.split('/').at(-1)}</code>`;
  if ('const' in schema) return html`<code>${JSON.stringify(schema['const'])}</code>`;
  if (Array.isArray(schema['enum'])) return html`${listed(schema['enum'], ' or ')}`;
  const forms = (schema['anyOf'] ?? schema['oneOf']) as readonly JsonSchema[] | undefined;
  if (forms)
    return html`${[...new Set(forms.map((form) => typeOf(form).html))].map((text, index) => html`${index > 0 && ' or '}${{ html: text }}`)}`;
  if (isList(schema)) return html`list of ${typeOf(contentsOf(schema))}`;
  return html`${nameOf(schema)}${boundsOf(schema)}`;
}

function listed(values: readonly unknown[], between: string): Html[] {
  return values.map(
    (value, index) => html`${index > 0 && between}<code>${JSON.stringify(value)}</code>`,
  );
}

function nameOf({ format, contentEncoding, type }: JsonSchema): string {
  if (format === 'date-time') return 'date, as ISO text';
  if (contentEncoding === 'base64') return 'bytes, as base64 text';
  if (typeof type === 'string') return type;
  return Array.isArray(type) ? type.join(' or ') : 'anything';
}

function boundsOf({ minLength, maxLength, minimum, maximum }: JsonSchema): string {
  return range(minLength, maxLength, ' characters') + range(minimum, maximum, '');
}

function range(low: unknown, high: unknown, unit: string): string {
  if (typeof high !== 'number') return typeof low === 'number' ? `, ${low} or more${unit}` : '';
  return typeof low === 'number' ? `, ${low} to ${high}${unit}` : `, at most ${high}${unit}`;
}
