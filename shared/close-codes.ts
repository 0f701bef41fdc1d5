import { errors, type ErrorCode } from './errors.ts';

/** What a client does when a connection closes. `retry`: come back after a jittered delay.
 *  `refresh`: fetch a new token, then come back; a second time in a row means stop.
 *  `stop`: do not come back, say why. */
export type Reconnect = 'retry' | 'refresh' | 'stop';

const TERMINAL = new Set([1002, 1003, 1007, 1008, 1009]);

/** Decides by the number alone. Source: SPEC, close codes. */
export function reconnectAfter(closeCode: number): Reconnect {
  if (closeCode === errors.TOKEN_EXPIRED.close) return 'refresh';
  if (TERMINAL.has(closeCode)) return 'stop';
  return closeCode >= 4500 && closeCode <= 4999 ? 'stop' : 'retry';
}

/** The row of the error table that a close code stands for, if it is one of ours. */
export function errorOfClose(closeCode: number): ErrorCode | undefined {
  for (const [code, row] of Object.entries(errors)) {
    if ('close' in row && row.close === closeCode) return code as ErrorCode;
  }
  return undefined;
}
