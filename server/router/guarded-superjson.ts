import { TRPCError } from '@trpc/server';
import superjson, { type SuperJSONResult } from 'superjson';
import { serialize } from '../serialize.ts';
import { checkInput, defaultWireLimits } from '../transport/ws/wire-guard.ts';

/** superjson behind the guard: what comes in is checked before superjson makes anything of it (TRN6),
 *  over WebSocket and HTTP alike. What goes out is ours. */
export const guardedSuperjson = {
  input: {
    serialize,
    deserialize: (raw: SuperJSONResult): unknown => {
      const reason = checkInput(raw, defaultWireLimits, 'superjson');
      if (reason !== undefined) throw new TRPCError({ code: 'BAD_REQUEST', message: reason });
      // What was decoded is nobody else's: it need not be copied first.
      return superjson.deserialize(raw, { inPlace: true });
    },
  },
  output: {
    serialize,
    deserialize: (raw: SuperJSONResult): unknown => superjson.deserialize(raw),
  },
};
