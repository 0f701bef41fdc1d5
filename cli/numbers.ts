import { DAY, HOUR, MINUTE } from '../shared/index.ts';
import { usageError } from './failure.ts';

/** Reads a whole number of an option. @throws CliError of exit code 2 */
export function parseCount(
  option: string,
  text: string,
  { min, max = Number.MAX_SAFE_INTEGER }: { min: number; max?: number },
): number {
  const count = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= min && count <= max) return count;
  const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
  throw usageError(`--${option} must be a whole number ${range}, not ${JSON.stringify(text)}`);
}

/** Reads a number above 0 of an option, such as a factor or seconds. @throws CliError of exit code 2 */
export function parseAboveZero(option: string, text: string): number {
  const number = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (number > 0) return number;
  throw usageError(`--${option} must be a number above 0, not ${JSON.stringify(text)}`);
}

const UNITS = { s: 1_000, m: MINUTE, h: HOUR, d: DAY } as const;
const LONGEST_MS = 3_650 * DAY;

/** Reads a length of time, `30s`, `15m`, `12h` or `7d`, in milliseconds. At most 3650 days.
 *  @throws CliError of exit code 2 */
export function parseDuration(option: string, text: string): number {
  const match = /^(\d{1,9})([smhd])$/.exec(text);
  const ms = match ? Number(match[1]) * UNITS[match[2] as keyof typeof UNITS] : 0;
  if (ms > 0 && ms <= LONGEST_MS) return ms;
  throw usageError(`--${option} must read like 30s, 15m, 12h or 7d, not ${JSON.stringify(text)}`);
}
