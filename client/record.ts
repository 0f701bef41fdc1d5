/** What has fields, of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** Is it one? A server may send anything. */
export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
