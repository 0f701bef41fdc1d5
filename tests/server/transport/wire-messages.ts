import superjson from 'superjson';
import {
  checkMessage,
  defaultWireLimits,
  type WireLimits,
  type WireTransformer,
} from '../../../server/transport/ws/wire-guard.ts';

/** A call as a client writes it, with any part replaced. */
export function message(input: unknown, parts: Record<string, unknown> = {}) {
  return { id: 1, method: 'mutation', params: { path: 'chat.send', input, ...parts } };
}

/** A call whose input is what this JSON becomes by these annotations. */
export function annotated(json: unknown, values: unknown, meta: Record<string, unknown> = {}) {
  return message({ json, meta: { values, v: 1, ...meta } });
}

/** What the guard says of a message that came as text. */
export function judge(
  sent: unknown,
  options: { limits?: Partial<WireLimits>; transformer?: WireTransformer } = {},
): string | undefined {
  const { limits, transformer = 'superjson' } = options;
  const text = typeof sent === 'string' ? sent : JSON.stringify(sent);
  return checkMessage(JSON.parse(text), { ...defaultWireLimits, ...limits }, transformer);
}

/** What a procedure gets of a message that came as text: the guard, and then superjson. */
export function receive(
  text: string,
  deserialize: (payload: never) => unknown = superjson.deserialize,
): { refused: string } | { input: unknown } {
  const received: unknown = JSON.parse(text);
  const refused = checkMessage(received, defaultWireLimits, 'superjson');
  if (refused !== undefined) return { refused };
  return { input: deserialize((received as { params: { input: never } }).params.input) };
}

/** `open` and `close` around `inner`, `times` times. */
export function nest(times: number, open = '[', close = ']', inner = ''): string {
  return open.repeat(times) + inner + close.repeat(times);
}
