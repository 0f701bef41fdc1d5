import { describeErrors, type ErrorDescription } from '../description/tables.ts';
import type { JsonSchema } from './json-schemas.ts';

/** The answers of what may be refused with these codes, by status. */
export function refusals(codes: readonly ErrorDescription['code'][]): Record<string, JsonSchema> {
  const rows = describeErrors().filter(({ code }) => codes.includes(code));
  const statuses = [...new Set(rows.map(({ http }) => http))].toSorted((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/${status}` }]),
  );
}
