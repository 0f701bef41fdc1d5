import { z } from 'zod';
import type { RoomKind } from '../../shared/index.ts';
import {
  eventsInput,
  historyInput,
  membersInput,
  publishInput,
  shorthandInput,
} from '../../shared/procedures.ts';
import type { Gate } from '../rooms/gate.ts';
import type { RoomProcedures } from './room-procedures.ts';
import { callerOf, userProcedure } from './trpc.ts';

/** The procedures of one room kind, made from its contract (CON2). A plain record: the host's own
 *  `router()` takes it and applies its transformer. */
export function roomRouter<K extends RoomKind>(
  kind: K,
  gate: Gate,
  now: () => number,
): RoomProcedures<K> {
  const procedure = userProcedure(now);
  const procedures = {
    events: procedure
      .input(eventsInput)
      .subscription(({ ctx, input, signal }) => gate.subscribe(callerOf(ctx), input, signal)),
    history: procedure
      .input(historyInput)
      .query(({ ctx, input }) => gate.history(callerOf(ctx), input)),
    members: procedure
      .input(membersInput)
      .query(({ ctx, input }) => gate.members(callerOf(ctx), input.room)),
    // A kind without client events has a publish that nothing satisfies.
    publish: procedure
      .input(publishInput(kind) ?? z.never())
      .mutation(({ ctx, input }) => gate.publish(callerOf(ctx), input)),
    ...shorthands(kind, gate, procedure),
  };
  // The one cast from what was built at run time to what the contract's types say.
  return procedures as unknown as RoomProcedures<K>;
}

function shorthands(kind: RoomKind, gate: Gate, procedure: ReturnType<typeof userProcedure>) {
  const entries = Object.entries(kind.shorthands).map(([name, type]) => {
    const spec = kind.events[type];
    if (!spec) throw new Error(`room-router: ${kind.name} has no event ${type}`);
    const built = procedure
      .input(shorthandInput(spec))
      .mutation(({ ctx, input }) => gate.publish(callerOf(ctx), { ...input, type }));
    return [name, built] as const;
  });
  return Object.fromEntries(entries);
}
