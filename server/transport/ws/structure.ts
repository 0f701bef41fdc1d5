/** How big what arrives may be. */
export interface StructureLimits {
  /** Objects and arrays within each other, counted from a call's input (count, the input is 1). */
  readonly depth: number;
  /** Values in one message: objects, arrays and what stands in them, each entry of a set or map and
   *  each annotation of superjson's meta (count). */
  readonly nodes: number;
}

/** What a message has used up so far. */
export interface Tally {
  nodes: number;
}

/** Why a structure is too deep, too big or poisoned. Undefined: it is fine. `level`: how far below
 *  the root the input's data stands. Adds to `tally`, stops at the first thing that is wrong, takes
 *  at most `nodes` steps and does not call itself. The `meta` of `metaOwner` is not looked into. */
export function checkStructure(
  root: unknown,
  level: number,
  limits: StructureLimits,
  tally: Tally,
  metaOwner?: object,
): string | undefined {
  tally.nodes += 1;
  if (!isContainer(root)) return undefined;
  const deepest = limits.depth + level;
  if (deepest < 1) return tooDeep(limits);
  const open: object[] = [root];
  const depths: number[] = [1];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const depth = depths.pop()! + 1;
    // Both forms of container in one loop body would cost a list of keys for each array.
    if (Array.isArray(at)) {
      if (tally.nodes + at.length > limits.nodes) return tooMany(limits);
      tally.nodes += at.length;
      for (let index = 0; index < at.length; index += 1) {
        const value: unknown = at[index];
        if (!isContainer(value)) continue;
        if (depth > deepest) return tooDeep(limits);
        open.push(value);
        depths.push(depth);
      }
      continue;
    }
    for (const key in at) {
      if (key === '__proto__') return 'a key is named __proto__';
      tally.nodes += 1;
      if (tally.nodes > limits.nodes) return tooMany(limits);
      const value: unknown = (at as Record<string, unknown>)[key];
      if (!isContainer(value) || (at === metaOwner && key === 'meta')) continue;
      if (depth > deepest) return tooDeep(limits);
      open.push(value);
      depths.push(depth);
    }
  }
  return undefined;
}

/** Says that a message holds too many values. */
export function tooMany({ nodes }: StructureLimits): string {
  return `more than ${nodes} values in one message`;
}

/** Is it an object, as JSON has them? */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return isContainer(value) && !Array.isArray(value);
}

/** Is it an object or an array? Bytes, which an encoder other than JSON's may give, are one value. */
function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}

function tooDeep({ depth }: StructureLimits): string {
  return `nested deeper than ${depth}`;
}
