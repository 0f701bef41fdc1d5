/** Deepest frame that is decoded: far beyond what a server takes from clients (32), far below what
 *  ends a stack in whoever walks the data. */
export const DEEPEST = 256;

/** Is a value of JSON nested deeper than `deepest`? Walks level by level, on no stack. */
export function isDeep(value: unknown, deepest = DEEPEST): boolean {
  let level: object[] = isObject(value) ? [value] : [];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > deepest) return true;
    level = level.flatMap((parent) => Object.values(parent).filter(isObject));
  }
  return false;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
