import { z } from 'zod';
import { validExample } from '../description/examples.ts';
import type { ProcedureDescription } from '../description/procedure.ts';
import type { Operation, ServerCall, ServerRooms } from './operation.ts';

/** How a procedure is called over REST: what changes something is sent. */
export function methodOf({ type }: ProcedureDescription): 'GET' | 'POST' {
  return type === 'mutation' ? 'POST' : 'GET';
}

/** One path for backends. `kind`: the room kind that it belongs to. */
export function operation(
  method: 'GET' | 'POST',
  path: string,
  server: ServerCall,
  kind?: string,
): Operation {
  const param = path.includes('{room}') ? 'room' : path.includes('{user}') ? 'user' : undefined;
  return { method, path, param, kind, procedure: undefined, server };
}

/** Makes a call of an envelope and what is done with what it parses to. */
export function serverCall<S extends z.ZodType>(
  envelope: S,
  call: Omit<ServerCall, 'envelope' | 'takesKey' | 'run'>,
  run: (rooms: ServerRooms, input: z.output<S>) => Promise<unknown>,
): ServerCall {
  const takesKey = envelope instanceof z.ZodObject && 'idempotencyKey' in envelope.shape;
  const example = {
    input: validExample(call.input, call.example.input),
    output: validExample(call.output, call.example.output),
  };
  return { ...call, example, envelope, takesKey, run };
}

/** Options without those that are not given. */
export function given<O extends object>(options: O): { [P in keyof O]: Exclude<O[P], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [P in keyof O]: Exclude<O[P], undefined> };
}
