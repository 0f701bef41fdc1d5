import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { jsonOf, validExample } from '../description/examples.ts';
import { isOfBytes } from '../rest/bytes-text.ts';
import type { NamedSchemas } from './named-schemas.ts';
import { withDefinitions, type Definitions } from './shared-definitions.ts';
import { leaveOut, wireForm, type RefTo } from './wire-form.ts';

/** A JSON Schema. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** How JSON Schemas are written. */
export interface SchemaStyle {
  /** OpenAPI 3.1 is at the first, AsyncAPI at the second. */
  readonly dialect: 'draft-2020-12' | 'draft-07';
  /** What stands before the name in a `$ref`. */
  readonly refs: string;
  /** Bytes stand as base64 text alone, as over REST. Default: or as the list of numbers that superjson makes. */
  readonly isPlain?: boolean;
  /** Refuse keys that are not described, in what comes from the server too: for those who check documents
   *  against the code. Default false: new fields must not break clients. */
  readonly isClosed?: boolean;
  /** Values stand in superjson's envelope, where undefined and NaN have a form. Default false: they are plain JSON. */
  readonly isEnveloped?: boolean;
}

/** Writes named schemas as JSON Schemas, each mention of a named one as a `$ref`. What JSON has no form for stands
 *  as superjson writes it. Recursive ones in them get names of their own, those of inputs others than those of outputs.
 *  @throws Error when two have one name */
export function jsonSchemas(
  { inputs, outputs }: Pick<NamedSchemas, 'inputs' | 'outputs'>,
  style: SchemaStyle,
): Record<string, JsonSchema> {
  for (const name of Object.keys(inputs)) {
    if (Object.hasOwn(outputs, name)) throw new Error(`documents: two schemas named ${name}`);
  }
  const taken = new Set([...Object.keys(inputs), ...Object.keys(outputs)]);
  const convertAll = (schemas: typeof inputs, io: 'input' | 'output') => {
    const { named, definitions } = convert(schemas, style, io);
    return withDefinitions(named, definitions, { refs: style.refs, taken });
  };
  return { ...convertAll(outputs, 'output'), ...convertAll(inputs, 'input') };
}

interface Converted {
  readonly named: Record<string, JsonSchema>;
  /** What zod keeps apart. */
  readonly definitions: Definitions;
}

// No name of a contract's begins like this.
const SHARED = '__shared';
const PART = '__part';

/** Zod knows no sets and no maps: what is in them has to be registered as well, or it would be a document of its own.
 *  What they are is found on the way, so where there are any, all is converted once more. */
function convert(
  schemas: Readonly<Record<string, z.ZodType>>,
  style: SchemaStyle,
  io: 'input' | 'output',
): Converted {
  const uri = (id: string) => `${style.refs}${id}`;
  const parts = new Set<z.core.$ZodType>();
  for (;;) {
    const known = [...parts];
    const registry = z.registry<{ id?: string }>();
    for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
    for (const [index, part] of known.entries()) {
      registry.add(part as z.ZodType, { id: `${PART}${index}` });
    }
    const refTo = (part: z.core.$ZodType): JsonSchema => {
      const { id } = registry.get(part as z.ZodType) ?? {};
      if (id === undefined) parts.add(part);
      return id === undefined ? {} : { $ref: uri(id) };
    };
    const converted = z.toJSONSchema(registry, { ...optionsOf(style, io, refTo), uri });
    if (parts.size === known.length) return sorted(converted.schemas, uri);
  }
}

function sorted(schemas: Readonly<Record<string, object>>, uri: (id: string) => string): Converted {
  const named: Record<string, JsonSchema> = {};
  const definitions = new Map<string, JsonSchema>();
  for (const [id, schema] of Object.entries(schemas)) {
    if (id === SHARED) {
      for (const [segment, shared] of Object.entries(schema)) {
        for (const [name, one] of Object.entries(shared as Record<string, object>)) {
          const pointer = name.replaceAll('~', '~0').replaceAll('/', '~1');
          definitions.set(`${uri(SHARED)}#/${segment}/${pointer}`, cleaned(one));
        }
      }
    } else if (id.startsWith(PART)) definitions.set(uri(id), cleaned(schema));
    else named[id] = cleaned(schema);
  }
  return { named, definitions };
}

type Options = NonNullable<Parameters<typeof z.toJSONSchema>[1]>;

function optionsOf(style: SchemaStyle, io: 'input' | 'output', refTo: RefTo): Options {
  return {
    target: style.dialect,
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      Object.assign(jsonSchema, wireForm(def, { style, io, refTo }));
      if (style.isEnveloped !== true) leaveOut(jsonSchema, def, io);
      if (isOfBytes(zodSchema)) writeBytes(jsonSchema, style);
      keepWhatHolds(jsonSchema, zodSchema);
      // An integer that JavaScript can hold: said of every one, it says nothing.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      const isOpen = io === 'output' && style.isClosed !== true;
      if (def.type === 'object' && isOpen && jsonSchema.additionalProperties === false) {
        delete jsonSchema.additionalProperties;
      }
    },
  };
}

/** Leaves out examples that the schema itself would refuse, and defaults that are made anew each time. */
function keepWhatHolds(jsonSchema: z.core.JSONSchema.BaseSchema, schema: z.core.$ZodTypes): void {
  const { def } = schema._zod;
  if (jsonSchema.examples !== undefined) {
    const valid = jsonSchema.examples.flatMap((one) => validExample(schema, one) ?? []);
    if (valid.length > 0) jsonSchema.examples = valid;
    else delete jsonSchema.examples;
  }
  if ((def.type === 'default' || def.type === 'prefault') && !isLasting(() => def.defaultValue)) {
    delete jsonSchema.default;
  }
}

function isLasting(make: () => unknown): boolean {
  const [one, other] = [make(), make()];
  const isPlain = typeof one !== 'object' || one === null || isDeepStrictEqual(one, jsonOf(one));
  return isPlain && isDeepStrictEqual(one, other);
}

/** Bytes, which have a form of their own over REST. What the contract says of the text stays with it. */
function writeBytes(jsonSchema: z.core.JSONSchema.BaseSchema, { isPlain }: SchemaStyle): void {
  const { maxLength } = jsonSchema;
  const text = {
    type: 'string',
    contentEncoding: 'base64',
    ...(maxLength !== undefined && { maxLength }),
  } as const;
  if (isPlain) return void Object.assign(jsonSchema, text);
  for (const key of ['type', 'contentEncoding', 'maxLength'] as const) delete jsonSchema[key];
  const byte = { type: 'integer', minimum: 0, maximum: 255 } as const;
  jsonSchema.anyOf = [
    { description: 'Over REST.', ...text },
    { description: 'Over tRPC, as superjson writes it.', type: 'array', items: byte },
  ];
}

/** Without what says of a whole document what it is. */
function cleaned(schema: object): JsonSchema {
  const { $schema: _, $id: __, '~standard': ___, ...rest } = schema as Record<string, unknown>;
  return rest;
}
