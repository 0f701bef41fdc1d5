import superjson, { type SuperJSONResult } from 'superjson';
import { isoOf } from './iso-date.ts';
import { SeenObjects } from './seen-objects.ts';

/** superjson's form of a value. Of plain data, dates among it, that form is made without superjson's walk:
 *  nearly all events, acks and frames are such data. What needs no change is not copied.
 *  @throws Error for what superjson does not carry, such as a key named `constructor` */
export function serialize(value: unknown): SuperJSONResult {
  return plainForm(value) ?? withoutBuffers(superjson.serialize(value));
}

// How superjson names a Buffer. No string in JSON can hold this text: its quotes would be escaped.
const BUFFER = '["typed-array","Buffer"]';

/** A Buffer is a Uint8Array to everybody but superjson, which writes its name and cannot read it. */
function withoutBuffers(form: SuperJSONResult): SuperJSONResult {
  if (!form.meta) return form;
  const meta = JSON.stringify(form.meta);
  if (!meta.includes(BUFFER)) return form;
  return { ...form, meta: JSON.parse(meta.replaceAll(BUFFER, '["typed-array","Uint8Array"]')) };
}

/** Text of `serialize`, read: the opposite of both. */
export function parse(text: string): unknown {
  // What was parsed is nobody else's: it need not be copied first.
  return superjson.deserialize(JSON.parse(text), { inPlace: true });
}

function plainForm(value: unknown): SuperJSONResult | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Date) return undefined;
  const walk: Walk = { seen: new SeenObjects(), dates: [] };
  const json = plain(value, '', walk);
  if (json === FOREIGN) return undefined;
  if (walk.dates.length === 0) return { json: json as SuperJSONResult['json'] };
  const values = Object.fromEntries(walk.dates.map((path) => [path, ['Date'] as ['Date']]));
  return { json: json as SuperJSONResult['json'], meta: { values, v: 1 } };
}

interface Walk {
  /** Of one object at two places superjson says that it is one. */
  readonly seen: SeenObjects;
  readonly dates: string[];
}

// Stands for what only superjson knows how to write.
const FOREIGN = Symbol('foreign');

/** The value with its dates as text, itself where it has none, or FOREIGN. */
function plain(value: unknown, path: string, walk: Walk): unknown {
  if (typeof value !== 'object' || value === null) return isPlainValue(value) ? value : FOREIGN;
  if (!walk.seen.add(value)) return FOREIGN;
  if (Array.isArray(value)) return plainArray(value, path, walk);
  if (Object.getPrototypeOf(value) === Object.prototype) {
    return plainRecord(value as Record<string, unknown>, path, walk);
  }
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) return FOREIGN;
  walk.dates.push(path);
  return isoOf(value);
}

function plainArray(value: readonly unknown[], path: string, walk: Walk): unknown {
  let copy: unknown[] | undefined;
  for (let index = 0; index < value.length; index += 1) {
    // superjson names places by paths, and an object puts those that are numbers first.
    if (value[index] instanceof Date) return FOREIGN;
    const item = plain(value[index], below(path, String(index)), walk);
    if (item === FOREIGN) return FOREIGN;
    if (item !== value[index]) (copy ??= [...value])[index] = item;
  }
  return copy ?? value;
}

function plainRecord(value: Record<string, unknown>, path: string, walk: Walk): unknown {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    if (!isPlainKey(key)) return FOREIGN;
    if (value[key] instanceof Date && isNumber(key)) return FOREIGN;
    const item = plain(value[key], below(path, key), walk);
    if (item === FOREIGN) return FOREIGN;
    if (item !== value[key]) (copy ??= { ...value })[key] = item;
  }
  return copy ?? value;
}

function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** One that superjson neither refuses nor writes in another way. */
function isPlainKey(key: string): boolean {
  if (key === '__proto__' || key === 'constructor' || key === 'prototype') return false;
  return key !== '' && !key.includes('.') && !key.includes('\\');
}

function isNumber(key: string): boolean {
  return key >= '0' && key < ':';
}

function isPlainValue(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  return typeof value === 'string' || typeof value === 'boolean' || value === null;
}
