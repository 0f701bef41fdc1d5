import type { AnyTRPCRouter } from '@trpc/server';
import { offersDirect } from '../../direct.ts';
import { StartError } from '../../start-error.ts';
import { jsonEncoder, type Encoder } from './encoder.ts';

/** Refuses a router that rooms are mounted in where it would make text of their dates: it lacks superjson. One whose
 *  encoder is its own may carry them. @throws StartError */
export function checkRouter(
  { _def: { procedures, _config } }: AnyTRPCRouter,
  encoder: Encoder,
): void {
  if (encoder !== jsonEncoder || !Object.values(procedures).some(offersDirect)) return;
  // What goes out as it is meets JSON as it is, and what comes in is left as our client has encoded it.
  if (!(_config.transformer.output.serialize(new Date(0)) instanceof Date)) return;
  throw new StartError('the router that rooms are mounted in has no transformer', {
    advice:
      'make it with `initTRPC.create({ transformer: superjson, errorFormatter: formatError })`',
  });
}
