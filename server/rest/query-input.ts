import type { z } from 'zod';
import { fieldsOf } from '../description/procedure.ts';

type AnySchema = z.core.$ZodType;

/** Reads the input of a query from a URL: each parameter as the schema expects it there, lists by repetition.
 *  What does not fit stays text, for the schema to refuse. */
export function queryInput(
  schema: z.ZodType | undefined,
  params: URLSearchParams,
): Record<string, unknown> | undefined {
  const fields = fieldsOf(schema);
  const given = new Map<string, string[]>();
  for (const [name, text] of params) {
    const texts = given.get(name);
    if (texts) texts.push(text);
    else given.set(name, [text]);
  }
  // What takes nothing is asked nothing.
  if (given.size === 0 && Object.keys(fields).length === 0) return undefined;
  return Object.fromEntries(
    [...given].map(([name, texts]) => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      return [name, field ? readAll(field, texts) : texts[0]];
    }),
  );
}

function readAll(schema: AnySchema, texts: readonly string[]): unknown {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'readonly':
      return readAll(def.innerType, texts);
    case 'array':
      return texts.map((text) => readAll(def.element, [text]));
    default:
      return texts.length === 1 ? readOne(def.type, texts[0] ?? '') : texts;
  }
}

function readOne(type: string, text: string): unknown {
  if (type === 'number' && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}
