import type { JsonSchema } from './json-schemas.ts';

type Properties = Readonly<Record<string, JsonSchema>>;

/** The properties of a schema of objects, those of every form that it has. */
export function propertiesOf(schema: JsonSchema): Properties {
  const own = (schema['properties'] ?? {}) as Properties;
  return Object.assign({}, own, ...formsOf(schema).map(propertiesOf)) as Properties;
}

/** The names of those that cannot be left out. */
export function requiredOf(schema: JsonSchema): readonly string[] {
  return (schema['required'] ?? []) as readonly string[];
}

/** The same schema without a property. */
export function withoutField(schema: JsonSchema, field: string): JsonSchema {
  const { properties, required, anyOf, oneOf, ...rest } = schema as Record<string, unknown>;
  const cut = (forms: unknown) => (forms as JsonSchema[]).map((form) => withoutField(form, field));
  const { [field]: _, ...others } = (properties ?? {}) as Record<string, unknown>;
  const needed = ((required ?? []) as string[]).filter((name) => name !== field);
  return {
    ...rest,
    ...(properties === undefined ? {} : { properties: others }),
    ...(needed.length > 0 && { required: needed }),
    ...(anyOf === undefined ? {} : { anyOf: cut(anyOf) }),
    ...(oneOf === undefined ? {} : { oneOf: cut(oneOf) }),
  };
}

/** The same schema with a description of each property that has none and is in the table. */
export function withWords(schema: JsonSchema, words: Readonly<Record<string, string>>): JsonSchema {
  const { properties, anyOf, oneOf, ...rest } = schema as Record<string, unknown>;
  const each = (forms: unknown) => (forms as JsonSchema[]).map((form) => withWords(form, words));
  const described = Object.entries((properties ?? {}) as Properties).map(([name, field]) => {
    const description = Object.hasOwn(words, name) ? words[name] : undefined;
    return [name, description === undefined ? field : { description, ...field }];
  });
  return {
    ...rest,
    ...(properties === undefined ? {} : { properties: Object.fromEntries(described) }),
    ...(anyOf === undefined ? {} : { anyOf: each(anyOf) }),
    ...(oneOf === undefined ? {} : { oneOf: each(oneOf) }),
  };
}

function formsOf(schema: JsonSchema): JsonSchema[] {
  return [...list(schema['anyOf']), ...list(schema['oneOf'])];
}

function list(forms: unknown): JsonSchema[] {
  return Array.isArray(forms) ? (forms as JsonSchema[]) : [];
}
