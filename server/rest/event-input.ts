import { z } from 'zod';
import { isDerived } from '../../shared/index.ts';
import { idempotencyKey } from '../../shared/procedures.ts';
import type { KindDescription } from '../description/describe.ts';
import { unionOf } from '../description/procedure.ts';
import { byInput as by } from '../person-input.ts';

const how = { by, idempotencyKey };

/** An event that a backend publishes, before it is known which data its type has. */
export const event = { type: z.string(), data: z.unknown(), ...how };

/** The events of a kind that a backend may publish, each with its own data. */
export function anyEvent(
  { kind, events }: KindDescription,
  shape: Record<string, z.ZodType>,
): z.ZodType {
  const own = events.filter(({ type }) => !isDerived(kind, type));
  return unionOf(
    own.map(({ type, spec }) =>
      z.strictObject({ ...shape, type: z.literal(type), data: spec.data, ...how }),
    ),
  );
}

/** The first of them, for examples. */
export function firstOf({ events }: KindDescription) {
  const [first] = events;
  return { type: first?.type, data: first?.example };
}
