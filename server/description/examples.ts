import { z } from 'zod';
import { fromJson } from '../rest/json-values.ts';
import { toJson } from '../rest/to-json.ts';

/** A value as JSON has it. */
export function jsonOf(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(toJson(value));
}

/** An example, as JSON has it, if it is what its schema takes: one that is not would teach what is wrong. A contract
 *  may give it either way, with dates or their text. */
export function validExample(schema: z.core.$ZodType | undefined, example: unknown): unknown {
  if (!schema || example === undefined) return undefined;
  try {
    const json = jsonOf(example);
    return z.safeParse(schema, fromJson(schema, json)).success ? json : undefined;
  } catch {
    // A contract's own transforms may throw, and schemas of inputs may be asynchronous.
    return undefined;
  }
}
