import { TRPCError } from '@trpc/server';
import superjson, { type SuperJSONResult } from 'superjson';
import { checkInput, defaultWireLimits } from '../transport/ws/wire-guard.ts';

/** superjson behind the guard: what comes in is checked before superjson makes anything of it (TRN6),
 *  over WebSocket and HTTP alike. What goes out is ours. */
export const guardedSuperjson = {
  input: {
    serialize: (data: unknown) => superjson.serialize(data),
    deserialize: (raw: SuperJSONResult): unknown => {
      const reason = checkInput(raw, defaultWireLimits, 'superjson');
      if (reason !== undefined) throw new TRPCError({ code: 'BAD_REQUEST', message: reason });
      return superjson.deserialize(raw);
    },
  },
  output: {
    serialize: (data: unknown) => superjson.serialize(data),
    deserialize: (raw: SuperJSONResult): unknown => superjson.deserialize(raw),
  },
};
