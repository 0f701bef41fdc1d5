import { errors } from '../../shared/index.ts';

// RFC 6455, 7.4.1, and the IANA registry behind it.
const STANDARD = [
  1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015,
];
const OURS = Object.values(errors).flatMap((row) => ('close' in row ? [row.close] : []));
const KNOWN = new Set<number>([...STANDARD, ...OURS]);

/** A close code as a label: a client may send any of four thousand, and each would be a time series. */
export function closeLabel(code: number): string {
  return KNOWN.has(code) ? String(code) : 'other';
}
