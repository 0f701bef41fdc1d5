import type { z } from 'zod';
import type { JsonSchema, SchemaStyle } from './json-schemas.ts';

type Def = z.core.$ZodTypes['_zod']['def'];
type Direction = 'input' | 'output';

/** Makes a `$ref` of a schema that zod does not look into. */
export type RefTo = (part: z.core.$ZodType) => JsonSchema;

interface Writing {
  readonly style: SchemaStyle;
  readonly io: Direction;
  readonly refTo: RefTo;
}

const NOTHING = { not: {} };
const NULL = { type: 'null' };

/** What superjson, or plain JSON, makes of what JSON does not have. Undefined: zod's own form holds. */
export function wireForm(def: Def, { style, io, refTo }: Writing): JsonSchema | undefined {
  switch (def.type) {
    case 'date':
      return { type: 'string', format: 'date-time' };
    case 'bigint':
      return { type: 'string', pattern: '^-?\\d{1,40}$' };
    case 'set':
      return { type: 'array', items: refTo(def.valueType) };
    case 'map': {
      const pair = [refTo(def.keyType), refTo(def.valueType)];
      const items = style.dialect === 'draft-07' ? { items: pair } : { prefixItems: pair };
      return { type: 'array', items: { type: 'array', ...items, minItems: 2, maxItems: 2 } };
    }
    case 'undefined':
    case 'void':
      return style.isEnveloped ? NULL : NOTHING;
    case 'nan':
      if (style.isEnveloped) return { const: 'NaN' };
      // JSON.stringify writes null, which nobody reads as NaN.
      return io === 'output' ? NULL : NOTHING;
    default:
      return undefined;
  }
}

/** In plain JSON: forms that no value has are none, and what is undefined is left out of what comes. */
export function leaveOut(jsonSchema: z.core.JSONSchema.BaseSchema, def: Def, io: Direction): void {
  for (const key of ['anyOf', 'oneOf'] as const) {
    const possible = jsonSchema[key]?.filter((form) => !isNothing(form));
    if (possible && possible.length > 0) jsonSchema[key] = possible;
  }
  if (def.type !== 'object' || io !== 'output' || !jsonSchema.required) return;
  const { shape } = def;
  const required = jsonSchema.required.filter((name) => !mayBeUndefined(shape[name]));
  if (required.length > 0) jsonSchema.required = required;
  else delete jsonSchema.required;
}

function isNothing({ not, ...more }: z.core.JSONSchema.BaseSchema): boolean {
  const isEmpty = typeof not === 'object' && Object.keys(not).length === 0;
  return isEmpty && Object.keys(more).length === 0;
}

function mayBeUndefined(schema: z.core.$ZodType | undefined): boolean {
  const { def } = (schema as z.core.$ZodTypes | undefined)?._zod ?? {};
  if (def?.type === 'union') return def.options.some(mayBeUndefined);
  return def?.type === 'undefined' || def?.type === 'void';
}
