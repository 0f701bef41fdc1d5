import superjson, { type SuperJSONResult } from 'superjson';

/** superjson's form of a value. Of a record that holds only primitives and a date it is written down
 *  directly: the same form without superjson's walk, and most events and acks are such records.
 *  @throws Error for what superjson does not carry, such as a key named `constructor` */
export function serialize(value: unknown): SuperJSONResult {
  return flatForm(value) ?? superjson.serialize(value);
}

function flatForm(value: unknown): SuperJSONResult | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.getPrototypeOf(value) !== Object.prototype) return undefined;
  const json: Record<string, string | number | boolean | null> = {};
  let dated: string | undefined;
  for (const [key, item] of Object.entries(value)) {
    if (!isPlainKey(key)) return undefined;
    if (isPlainValue(item)) json[key] = item;
    else if (isDate(item) && dated === undefined) {
      json[key] = item.toISOString();
      dated = key;
    } else return undefined;
  }
  return dated === undefined ? { json } : { json, meta: { values: { [dated]: ['Date'] }, v: 1 } };
}

/** One that superjson neither refuses nor writes in another way. */
function isPlainKey(key: string): boolean {
  if (key === '__proto__' || key === 'constructor' || key === 'prototype') return false;
  return !key.includes('.') && !key.includes('\\');
}

function isPlainValue(value: unknown): value is string | number | boolean | null {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  return typeof value === 'string' || typeof value === 'boolean' || value === null;
}

function isDate(value: unknown): value is Date {
  return value instanceof Date && !Number.isNaN(value.getTime());
}
