import { isRecord, tooMany, type StructureLimits, type Tally } from './structure.ts';

/** What superjson's meta may make of the JSON beside it. */
export interface MetaLimits extends StructureLimits {
  /** Digits of one bigint (count). */
  readonly bigintDigits: number;
  /** Bytes of all typed arrays of one message. */
  readonly typedArrayBytes: number;
  /** Entries of all sets and maps of one message (count): numbers chosen for equal hashes make every
   *  entry cost as much as all before it. */
  readonly collectionEntries: number;
}

/** Why superjson must not see this meta. Undefined: it may. What passes names only types of the
 *  list, stands over JSON of the form that superjson itself writes for them, and points only at what
 *  is in the JSON, so that reviving it takes time and memory in proportion to its text. */
export function checkMeta(
  meta: unknown,
  json: unknown,
  limits: MetaLimits,
  tally: Tally,
): string | undefined {
  if (meta == null) return undefined;
  if (!isRecord(meta)) return MISFIT;
  for (const key in meta) {
    if (key === 'referentialEqualities') return 'superjson referential equalities are not taken';
    if (key !== 'values' && key !== 'v') return 'superjson meta has an unknown part';
  }
  const { values, v = 0 } = meta;
  if (v !== 0 && v !== 1) return 'superjson meta has an unknown version';
  if (values === undefined) return undefined;
  return new Annotations(limits, tally, v === 0).check(values, json);
}

/** Annotations whose paths start at one object or array. */
interface Branch {
  readonly tree: Readonly<Record<string, unknown>>;
  readonly origin: unknown;
}

const MISFIT = 'superjson meta does not fit its JSON';

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const SPECIAL_NUMBERS: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity', '-0']);

// An ISO date has at most 27 characters; other forms that `Date` reads are not much longer.
const DATE_LENGTH = 64;

const TYPED_ARRAY_BYTES: ReadonlyMap<unknown, number> = new Map([
  ['Int8Array', 1],
  ['Uint8Array', 1],
  ['Uint8ClampedArray', 1],
  ['Int16Array', 2],
  ['Uint16Array', 2],
  ['Int32Array', 4],
  ['Uint32Array', 4],
  ['Float32Array', 4],
  ['Float64Array', 8],
]);

/** Walks the annotations of one message and its JSON side by side. No annotated set, map or array
 *  lies on the way of another's path but as its origin: superjson never writes that, and a path
 *  through a set that is revived already costs a walk over the set. */
class Annotations {
  readonly #limits: MetaLimits;
  readonly #tally: Tally;
  readonly #isLegacy: boolean;
  /** What annotations turn into something else. */
  readonly #revived = new Set<object>();
  /** What paths lead through, and so must stay as it is. */
  readonly #passed = new Set<object>();
  readonly #open: Branch[] = [];
  #typedArrayBytes = 0;
  #entries = 0;

  constructor(limits: MetaLimits, tally: Tally, isLegacy: boolean) {
    this.#limits = limits;
    this.#tally = tally;
    this.#isLegacy = isLegacy;
  }

  check(values: unknown, json: unknown): string | undefined {
    const reason = Array.isArray(values)
      ? this.#annotate(values, json)
      : this.#branch(values, json);
    if (reason !== undefined) return reason;
    for (let branch = this.#open.pop(); branch !== undefined; branch = this.#open.pop()) {
      const { tree, origin } = branch;
      for (const path in tree) {
        const found = this.#follow(path, origin);
        if (typeof found === 'string') return found;
        const wrong = this.#annotate(tree[path], found.value);
        if (wrong !== undefined) return wrong;
      }
    }
    return undefined;
  }

  #branch(tree: unknown, origin: unknown): string | undefined {
    if (!isRecord(tree)) return MISFIT;
    this.#open.push({ tree, origin });
    return undefined;
  }

  /** What a path leads to, or why it must not be gone. */
  #follow(path: string, origin: unknown): { value: unknown } | string {
    const keys = keysOf(path, this.#isLegacy);
    if (!keys) return MISFIT;
    let at = origin;
    for (const key of keys) {
      if (FORBIDDEN_KEYS.has(key)) return 'superjson meta names a key that reaches a prototype';
      if (!isPlain(at) || !Object.hasOwn(at, key)) return MISFIT;
      if (at !== origin) {
        if (this.#revived.has(at)) return MISFIT;
        this.#passed.add(at);
      }
      at = at[key];
    }
    return { value: at };
  }

  #annotate(annotation: unknown, value: unknown): string | undefined {
    this.#tally.nodes += 1;
    if (this.#tally.nodes > this.#limits.nodes) return tooMany(this.#limits);
    if (!Array.isArray(annotation) || annotation.length > 2) return MISFIT;
    const type: unknown = annotation[0];
    if (type === 'set' || type === 'map') {
      const reason = this.#collection(type, value);
      if (reason !== undefined || annotation.length === 1) return reason;
      return this.#branch(annotation[1], value);
    }
    if (Array.isArray(type) && type[0] === 'typed-array') {
      return annotation.length === 1 ? this.#typedArray(type, value) : MISFIT;
    }
    const isFit = this.#fits(type, value);
    if (isFit === undefined) return `superjson type ${nameOf(type)} is not taken`;
    return isFit && annotation.length === 1 ? undefined : MISFIT;
  }

  /** Is the value of the form that this type is written in? Undefined: the type is not on the list. */
  #fits(type: unknown, value: unknown): boolean | undefined {
    switch (type) {
      case 'undefined':
        return value == null;
      case 'Date':
        return typeof value === 'string' && value.length <= DATE_LENGTH;
      case 'number':
        return SPECIAL_NUMBERS.has(value);
      case 'bigint':
        return isInteger(value, this.#limits.bigintDigits);
      default:
        return undefined;
    }
  }

  #collection(type: 'set' | 'map', value: unknown): string | undefined {
    if (!Array.isArray(value) || !this.#revive(value)) return MISFIT;
    const { collectionEntries } = this.#limits;
    this.#entries += value.length;
    if (this.#entries > collectionEntries) {
      return `more than ${collectionEntries} entries of sets and maps in one message`;
    }
    if (type === 'set') return undefined;
    for (const entry of value as unknown[]) {
      if (!Array.isArray(entry) || entry.length !== 2) return MISFIT;
      this.#passed.add(entry);
    }
    return undefined;
  }

  #typedArray(type: readonly unknown[], value: unknown): string | undefined {
    const elementBytes = TYPED_ARRAY_BYTES.get(type[1]);
    if (elementBytes === undefined) return `superjson type ${nameOf(type[1])} is not taken`;
    // superjson hands the value to the constructor, which takes a number or a `length` for a size.
    if (!Array.isArray(value) || type.length !== 2 || !this.#revive(value)) return MISFIT;
    const { typedArrayBytes } = this.#limits;
    this.#typedArrayBytes += value.length * elementBytes;
    if (this.#typedArrayBytes > typedArrayBytes) {
      return `more than ${typedArrayBytes} bytes of typed arrays in one message`;
    }
    for (const element of value as unknown[]) if (typeof element !== 'number') return MISFIT;
    return undefined;
  }

  #revive(value: object): boolean {
    if (this.#passed.has(value) || this.#revived.has(value)) return false;
    this.#revived.add(value);
    return true;
  }
}

/** The keys of a path. Undefined: it is none. As superjson reads it: keys are joined by dots, and
 *  within a key `\.` is a dot and `\\` a backslash, which stands for itself in legacy paths. */
function keysOf(path: string, isLegacy: boolean): string[] | undefined {
  if (!path.includes('\\')) return path.split('.');
  const keys: string[] = [];
  let key = '';
  for (let index = 0; index < path.length; index += 1) {
    const char = path[index]!;
    const next = path[index + 1];
    if (char === '.') {
      keys.push(key);
      key = '';
    } else if (char !== '\\') {
      key += char;
    } else if (next === '.' || (next === '\\' && !isLegacy)) {
      key += next;
      index += 1;
    } else if (isLegacy) {
      key += char;
    } else {
      return undefined;
    }
  }
  keys.push(key);
  return keys;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return Array.isArray(value) || isRecord(value);
}

function isInteger(value: unknown, digits: number): boolean {
  if (typeof value !== 'string') return false;
  const sign = value.startsWith('-') ? 1 : 0;
  return value.length <= digits + sign && /^-?\d+$/.test(value);
}

/** The name of a type, as far as it can be repeated to whoever sent it. */
function nameOf(type: unknown): string {
  const name: unknown = Array.isArray(type) ? type[0] : type;
  return typeof name === 'string' && /^[\w-]{1,32}$/.test(name) ? name : 'of that name';
}
