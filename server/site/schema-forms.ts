import { requiredOf } from '../documents/fields.ts';
import type { JsonSchema } from '../documents/json-schemas.ts';
import { html, type Html } from './html.ts';
import { formsOf, isRecord, nameIn, schemaAt, schemasIn, valuesOf } from './schema-type.ts';

/** A recursive schema by its name. Undefined: it is none. */
export type Recursive = (name: string) => JsonSchema | undefined;

/** One form that an object may have. */
export interface Form {
  readonly fields: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
  /** Where it stands below the schema that it is of: `[]` is in a list, `.*` under any key. */
  readonly at: string;
  /** When the object has it: `type` is `"note"`. Empty: always. */
  readonly when: Html;
  /** The names of the recursive schemas that it is in: they are not opened again. */
  readonly open: readonly string[];
}

/** Whose forms are looked for, and what is known of the way there. */
interface Place extends Pick<Form, 'at' | 'when' | 'open'> {
  readonly schema: JsonSchema;
}

/** Before the pattern of keys that no field names: no field of a contract begins like this. */
export const MORE = '\u0000';

const ALWAYS: Html = html``;

/** Every form that objects in a schema may have. `path`: where the schema itself stands. */
export function objectForms(
  schema: JsonSchema,
  path: string,
  recursive: Recursive,
  { when, open }: Pick<Form, 'when' | 'open'> = { when: ALWAYS, open: [] },
): Form[] {
  const formsAt = (place: Place): Form[] => {
    const opened = openedAt(place, recursive);
    if (!opened) return [];
    const { schema: now, at } = opened;
    const below = (part: JsonSchema, step: string) =>
      formsAt({ ...opened, schema: part, at: `${at}${step}` });
    const several = formsOf(now);
    if (several.length > 0)
      return alternatives(
        several.map((part) => below(part, '')),
        path,
      );
    const all = schemasIn(now['allOf']).map((part) => below(part, ''));
    if (all.length > 0) return all.reduce(together);
    if (now['type'] === 'array') {
      const items = schemasIn(now['prefixItems']).flatMap((part, n) => below(part, `[${n}]`));
      return [...items, ...below(schemaAt(now['items']) ?? {}, '[]')];
    }
    if (isRecord(now)) return valuesOf(now).flatMap(([, part]) => below(part, '.*'));
    return now['properties'] === undefined ? [] : [formOf(opened)];
  };
  return formsAt({ schema, at: '', when, open });
}

/** The same place with what a reference of a recursive schema stands for. Undefined: it is open already, or has a page
 *  of its own. */
function openedAt(place: Place, recursive: Recursive): Place | undefined {
  const { $ref: ref } = place.schema;
  if (typeof ref !== 'string') return place;
  const name = nameIn(ref);
  const schema = place.open.includes(name) ? undefined : recursive(name);
  return schema && { ...place, schema, open: [...place.open, name] };
}

function formOf({ schema, ...way }: Place): Form {
  const more = valuesOf(schema).map(
    ([pattern, value]) => [`${MORE}${pattern ?? ''}`, value] as const,
  );
  const fields = schema['properties'] as Readonly<Record<string, JsonSchema>>;
  return {
    ...way,
    fields: { ...fields, ...Object.fromEntries(more) },
    required: [...requiredOf(schema), ...more.map(([name]) => name)],
  };
}

/** Forms by where they stand. */
export function byPlace(forms: readonly Form[]): [at: string, Form[]][] {
  const places = new Set(forms.map(({ at }) => at));
  return [...places].map((at) => [at, forms.filter((form) => form.at === at)]);
}

/** Forms of which an object has one: each with what tells it from the others. */
function alternatives(parts: readonly (readonly Form[])[], path: string): Form[] {
  const forms = parts.flat();
  return byPlace(forms).flatMap(([, rivals]) => {
    if (rivals.length === 1) return rivals;
    const tag = tagOf(rivals);
    return rivals.map((form, index) => {
      const name = `${path}${form.at}`;
      const own = tag
        ? html`<code>${name && `${name}.`}${tag}</code> is
            <code>${JSON.stringify(form.fields[tag]?.['const'])}</code>`
        : html`it has form ${index + 1} of ${rivals.length}`;
      return { ...form, when: form.when.html ? html`${form.when} and ${own}` : own };
    });
  });
}

/** The field that is another constant in each form. */
function tagOf(forms: readonly Form[]): string | undefined {
  return Object.keys(forms[0]?.fields ?? {}).find((name) => {
    const values = forms.map(({ fields }) => JSON.stringify(fields[name]?.['const']));
    return values.every((value) => value !== undefined) && new Set(values).size === forms.length;
  });
}

/** Objects that have to be both: all forms of the one with all of the other. */
function together(ones: Form[], others: Form[]): Form[] {
  if (ones.length === 0 || others.length === 0) return [...ones, ...others];
  return ones.flatMap((one) =>
    others.map((other) => ({
      ...one,
      fields: { ...one.fields, ...other.fields },
      required: [...one.required, ...other.required],
      when: one.when.html ? one.when : other.when,
    })),
  );
}
