import type { JsonSchema } from '../documents/json-schemas.ts';
import { html, inline, table, type Html } from './html.ts';
import { byPlace, MORE, objectForms, type Form, type Recursive } from './schema-forms.ts';
import { joined, typeOf } from './schema-type.ts';

const DEPTH = 3;

// More than these are not told one by one.
const CASES = 4;

/** The fields of a schema as a table: name, type, and what is said of it; those of objects below it with dots. Where an
 *  object has several forms, each field says in which. */
export function schemaTable(schema: JsonSchema, recursive: Recursive): Html {
  const rows = rowsOf(objectForms(schema, '', recursive), '', { depth: 0, recursive });
  const type = typeOf(schema);
  const isPlain = rows.length > 0 && type.html === 'object';
  const whole = isPlain ? html`` : html`<p>${type}</p>`;
  const hasMeaning = rows.some(([, , { html: meaning }]) => meaning !== '');
  if (hasMeaning) return html`${whole}${table(['Field', 'Type', 'Meaning'], rows)}`;
  const short = rows.map(([name, kind]) => [name, kind]);
  return html`${whole}${table(['Field', 'Type'], short)}`;
}

type Row = readonly [Html, Html, Html];

interface Below {
  readonly depth: number;
  readonly recursive: Recursive;
}

/** The rows of objects at one path, of all forms that they have. */
function rowsOf(forms: readonly Form[], path: string, below: Below): Row[] {
  return byPlace(forms).flatMap(([at, rivals]) => {
    const names = new Set(rivals.flatMap(({ fields }) => Object.keys(fields)));
    const prefix = `${path}${at}`;
    return [...names].flatMap((name) => fieldRows(name, rivals, prefix, below));
  });
}

function fieldRows(name: string, forms: readonly Form[], prefix: string, below: Below): Row[] {
  const having = forms.filter(({ fields }) => Object.hasOwn(fields, name));
  const schemas = having.map(({ fields }) => fields[name] ?? {});
  const path = pathOf(name, prefix);
  const isOptional = having.some(({ required }) => !required.includes(name));
  const only = having.length < forms.length && casesOf(having);
  const notes = joined([...(isOptional ? [html`optional`] : []), ...(only ? [only] : [])], '; ');
  const row: Row = [
    labelOf(name, prefix),
    html`${joined(schemas.map(typeOf), ' or ')}${notes.html && html` (${notes})`}`,
    joined(
      schemas.map(({ description: text }) => inline(typeof text === 'string' ? text : '')),
      ' ',
    ),
  ];
  if (below.depth >= DEPTH) return [row];
  const inside = having.flatMap((form, index) =>
    objectForms(schemas[index] ?? {}, path, below.recursive, form),
  );
  return [row, ...rowsOf(inside, path, { ...below, depth: below.depth + 1 })];
}

/** Where it stands, or which keys are meant: those that no field names, and all of them or those of a pattern. */
function labelOf(name: string, prefix: string): Html {
  if (!name.startsWith(MORE)) return html`<code>${pathOf(name, prefix)}</code>`;
  const pattern = name.slice(MORE.length);
  const keys = pattern === '' ? html`any other key` : html`keys like <code>${pattern}</code>`;
  return prefix === '' ? keys : html`${keys} of <code>${prefix}</code>`;
}

function pathOf(name: string, prefix: string): string {
  const step = name.startsWith(MORE) ? '*' : name;
  return prefix === '' ? step : `${prefix}.${step}`;
}

function casesOf(forms: readonly Form[]): Html {
  const cases = [...new Set(forms.map(({ when }) => when.html))];
  if (cases.length > CASES) return html`in ${cases.length} forms`;
  const all = forms.map(({ when }) => when);
  return html`if ${joined(all, ' or ')}`;
}
