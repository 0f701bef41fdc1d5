import type { RoomKind } from '../../shared/index.ts';
import {
  markSeenInput,
  meEventsInput,
  meHistoryInput,
  meStateInput,
} from '../../shared/me-procedures.ts';
import type { MeGate } from '../rooms/me-gate.ts';
import type { MyProcedures } from './room-procedures.ts';
import { userCall } from './trpc.ts';

/** The procedures of a user's own stream. */
export function meRouter<K extends RoomKind>(gate: MeGate, now: () => number): MyProcedures<K> {
  const procedures = {
    events: userCall(now, {
      type: 'subscription',
      input: meEventsInput,
      run: (caller, input, signal) =>
        gate.subscribe(caller, input?.lastEventId ?? undefined, signal),
    }),
    history: userCall(now, {
      type: 'query',
      isLarge: true,
      input: meHistoryInput,
      run: (caller, input) => gate.history(caller, input ?? {}),
    }),
    state: userCall(now, {
      type: 'query',
      input: meStateInput,
      run: (caller) => gate.state(caller),
    }),
    markSeen: userCall(now, {
      type: 'mutation',
      input: markSeenInput,
      run: (caller, { position }) => gate.markSeen(caller, position),
    }),
  };
  // The one cast from what was built at run time to what the kind's types say.
  return procedures as unknown as MyProcedures<K>;
}
