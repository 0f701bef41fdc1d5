import { z } from 'zod';
import { RoomError } from '../../shared/index.ts';
import { defaultWireLimits } from '../transport/ws/wire-guard.ts';
import { bytesOfText, isOfBytes } from './bytes-text.ts';

// REST is plain JSON: what has no form there is read by what the schema expects at that place, as `toJson` writes it.

type AnySchema = z.core.$ZodType;
type Walk = { steps: number; bytes: number };

// Far beyond what 64 KiB of sensible JSON need, far below what stalls a process: unions are tried in turn.
const MAX_STEPS = 50_000;
const BIGINT = /^-?\d{1,40}$/;

/** What JSON means by a schema: text becomes a date, a bigint or bytes where one is expected, arrays become sets and
 *  maps. Whatever does not fit stays as it is, for the schema to refuse.
 *  @throws RoomError TOO_LARGE, BAD_INPUT (more bytes than one message may hold) */
export function fromJson(schema: AnySchema, json: unknown): unknown {
  const walk = { steps: 0, bytes: 0 };
  const value = read(schema, json, walk);
  // They are as dear to those who get them as what comes over tRPC (TRN6).
  const { typedArrayBytes: most } = defaultWireLimits;
  if (walk.bytes <= most) return value;
  throw new RoomError('BAD_INPUT', `more than ${most} bytes of typed arrays in one message`);
}

function read(schema: AnySchema, json: unknown, walk: Walk): unknown {
  walk.steps += 1;
  if (walk.steps > MAX_STEPS) throw new RoomError('TOO_LARGE', 'too much to be read as JSON');
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'date':
      return typeof json === 'string' && isMoment(json) ? new Date(json) : json;
    case 'bigint':
      return typeof json === 'string' && BIGINT.test(json) ? BigInt(json) : json;
    case 'custom':
      return typeof json === 'string' ? readBytes(schema as z.core.$ZodTypes, json, walk) : json;
    case 'set':
      return Array.isArray(json)
        ? new Set(json.map((item) => read(def.valueType, item, walk)))
        : json;
    case 'map':
      return isPairs(json)
        ? new Map(json.map(([k, v]) => [read(def.keyType, k, walk), read(def.valueType, v, walk)]))
        : json;
    case 'array':
      return Array.isArray(json) ? json.map((item) => read(def.element, item, walk)) : json;
    case 'tuple':
      return Array.isArray(json) ? readTuple(def, json, walk) : json;
    case 'object':
      return isRecord(json) ? readObject(def, json, walk) : json;
    case 'record':
      return isRecord(json) ? mapValues(json, (value) => read(def.valueType, value, walk)) : json;
    case 'union':
      return readUnion(def, json, walk);
    case 'intersection':
      return read(def.right, read(def.left, json, walk), walk);
    case 'lazy':
      return read(def.getter(), json, walk);
    case 'pipe':
      return read(def.in, json, walk);
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'catch':
    case 'readonly':
    case 'nonoptional':
      return read(def.innerType, json, walk);
    default:
      return json;
  }
}

/** Bytes where the schema is one of them, or a test of the contract's own that takes them and no text. */
function readBytes(schema: z.core.$ZodTypes, text: string, walk: Walk): unknown {
  const bytes = bytesOfText(text);
  const isMeant = isOfBytes(schema) || (!takes(schema, text) && takes(schema, bytes));
  if (!bytes || !isMeant) return text;
  walk.bytes += bytes.length;
  return bytes;
}

function takes(schema: AnySchema, value: unknown): boolean {
  try {
    return z.safeParse(schema, value).success;
  } catch {
    // A test that expects something else.
    return false;
  }
}

function isMoment(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text));
}

function isPairs(json: unknown): json is [unknown, unknown][] {
  return Array.isArray(json) && json.every((pair) => Array.isArray(pair) && pair.length === 2);
}

function isRecord(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function mapValues(
  record: Record<string, unknown>,
  change: (value: unknown, key: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, change(value, key)]),
  );
}

function readObject(def: z.core.$ZodObjectDef, json: Record<string, unknown>, walk: Walk): unknown {
  return mapValues(json, (value, key) => {
    const part = Object.hasOwn(def.shape, key) ? def.shape[key] : def.catchall;
    return part ? read(part, value, walk) : value;
  });
}

function readTuple(def: z.core.$ZodTupleDef, json: readonly unknown[], walk: Walk): unknown {
  return json.map((item, index) => {
    const part = def.items[index] ?? def.rest;
    return part ? read(part, item, walk) : item;
  });
}

/** The option that it names, or the first that takes it. */
function readUnion(def: z.core.$ZodUnionDef, json: unknown, walk: Walk): unknown {
  const named = optionNamed(def, json);
  // Whether it fits or not: what is wrong is told of its values, not of the text that they were.
  if (named) return read(named, json, walk);
  const { bytes } = walk;
  for (const option of def.options) {
    const value = read(option, json, walk);
    if (z.safeParse(option, value).success) return value;
    walk.bytes = bytes;
  }
  // None does: the union says why.
  return json;
}

/** The option of a discriminated union that the value says it is. */
function optionNamed(
  def: z.core.$ZodUnionDef & { readonly discriminator?: string },
  json: unknown,
): AnySchema | undefined {
  const { discriminator: key, options } = def;
  if (key === undefined || !isRecord(json)) return undefined;
  return options.find((option) => option._zod.propValues?.[key]?.has(json[key] as string));
}
