import { z } from 'zod';

type AnySchema = z.core.$ZodType;
type AnyDef = z.core.$ZodTypeDef & Record<string, unknown>;

/** The same schema refusing unknown keys in every object in it (CON3). An object that says what to
 *  do with them (`looseObject`, `catchall`) keeps its word. Refinements and metadata stay. */
export function strict<S extends AnySchema>(schema: S): S {
  // The clone has the type of its original: only the treatment of unknown keys differs.
  return rewrite(schema, new Map()) as S;
}

function rewrite(schema: AnySchema, done: Map<AnySchema, AnySchema>): AnySchema {
  const known = done.get(schema);
  if (known) return known;
  const def = schema._zod.def as AnyDef;
  const next = copyOf(def);
  if (def.type === 'object') strictObject(def, next, done);
  else if (def.type === 'lazy') {
    const { getter } = def as unknown as { getter: () => AnySchema };
    next['getter'] = () => rewrite(getter(), done);
  } else rewriteParts(def, next, done);
  const clone = z.core.clone(schema, next);
  // Not as its child, of which documents say what its parent takes. Its id stays with the original: ids are unique.
  const { id: _, ...metadata } = z.globalRegistry.get(schema) ?? {};
  if (Object.keys(metadata).length > 0) z.globalRegistry.add(clone, metadata);
  done.set(schema, clone);
  // Behind a getter zod expects cycles, and remembers all that it parses: one that need not wait is read now.
  if (def.type === 'object' && hasPlainShape(def)) void next['shape'];
  return clone;
}

function copyOf(def: AnyDef): AnyDef {
  const { shape: _, _cachedInner: __, ...rest } = Object.getOwnPropertyDescriptors(def);
  // Getters stay getters: a default is made anew for every value. What a lazy schema found when it
  // was first used is left behind: it is the part as it was before.
  return Object.defineProperties({}, rest) as AnyDef;
}

function strictObject(def: AnyDef, next: AnyDef, done: Map<AnySchema, AnySchema>): void {
  Object.defineProperty(next, 'shape', {
    configurable: true,
    enumerable: true,
    // `this`: what zod derives from a schema has a definition of its own with the same getter.
    get(this: AnyDef) {
      const parts = Object.entries(def['shape'] as Record<string, AnySchema>);
      const shape = Object.fromEntries(parts.map(([key, part]) => [key, rewrite(part, done)]));
      Object.defineProperty(this, 'shape', { value: shape });
      return shape;
    },
  });
  next['catchall'] = isSchema(def['catchall']) ? rewrite(def['catchall'], done) : z.never();
}

/** Can its shape be read already? A recursive schema's refers to itself, or to one that is still to come, through
 *  getters. */
function hasPlainShape(def: AnyDef): boolean {
  const shape = z.core.util.rawShape(def) as object | undefined;
  const parts = Object.values(Object.getOwnPropertyDescriptors(shape ?? {}));
  return shape !== undefined && parts.every((part) => 'value' in part);
}

/** Rewrites the schemas that stand directly in a definition: `innerType`, `element`, `options`, … */
function rewriteParts(def: AnyDef, next: AnyDef, done: Map<AnySchema, AnySchema>): void {
  for (const [key, { value: part }] of Object.entries(Object.getOwnPropertyDescriptors(def))) {
    if (key === 'checks') continue;
    if (isSchema(part)) next[key] = rewrite(part, done);
    else if (Array.isArray(part) && part.some(isSchema)) {
      next[key] = part.map((item: unknown) => (isSchema(item) ? rewrite(item, done) : item));
    }
  }
}

function isSchema(value: unknown): value is AnySchema {
  return typeof value === 'object' && value !== null && '_zod' in value;
}
