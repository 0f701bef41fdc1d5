import { createTally } from '../../server/tally.ts';
import { DirectWrites, type DirectWritesParts } from '../../server/transport/ws/direct-writes.ts';
import type { TcpWrites } from '../../server/transport/ws/tcp-writes.ts';

/** Direct writes of a server. `softBytes`: as many as the tests' connections may have. */
export function directWrites({
  writes,
  softBytes = 2 ** 18,
  ...parts
}: Pick<DirectWritesParts, 'queue' | 'envelopes'> & {
  writes: TcpWrites | undefined;
  softBytes?: number;
}): DirectWrites {
  if (!writes) throw new Error('Node does not let at what direct writes need');
  return new DirectWrites({ ...parts, writes, softBytes, tally: createTally() });
}
