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

function formsOf(schema: JsonSchema): JsonSchema[] {
  return [...list(schema['anyOf']), ...list(schema['oneOf'])];
}

function list(forms: unknown): JsonSchema[] {
  return Array.isArray(forms) ? (forms as JsonSchema[]) : [];
}
