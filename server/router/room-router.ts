import { z } from 'zod';
import type { RoomKind } from '../../shared/index.ts';
import {
  eventsInput,
  historyInput,
  membersInput,
  publishInput,
  setPresenceInput,
  shorthandInput,
} from '../../shared/procedures.ts';
import type { ClientPublication, Gate } from '../rooms/gate.ts';
import { lifeRouter, type LifeGates } from './life-router.ts';
import type { RoomProcedures } from './room-procedures.ts';
import { userCall } from './trpc.ts';

/** The procedures of one room kind, made from its contract (CON2). A plain record: the host's own
 *  `router()` takes it and applies its transformer. */
export function roomRouter<K extends RoomKind>(
  kind: K,
  gates: LifeGates & { readonly gate: Gate },
  now: () => number,
): RoomProcedures<K> {
  const { gate } = gates;
  const procedures = {
    events: userCall(now, {
      type: 'subscription',
      input: eventsInput,
      run: (caller, input, signal) => gate.subscribe(caller, input, signal),
    }),
    history: userCall(now, {
      type: 'query',
      isLarge: true,
      input: historyInput,
      run: (caller, input) => gate.history(caller, input),
    }),
    // A kind without client events has a publish that nothing satisfies.
    publish: publishing(publishInput(kind) ?? z.never(), gate, now),
    ...people(kind, gate, now),
    ...presence(kind, gate, now),
    ...shorthands(kind, gate, now),
    ...lifeRouter(kind, gates, now),
  };
  // The one cast from what was built at run time to what the contract's types say.
  return procedures as unknown as RoomProcedures<K>;
}

/** Nothing, where nobody is told who is there (PRE1). */
function people(kind: RoomKind, gate: Gate, now: () => number) {
  if (!kind.people) return {};
  const members = userCall(now, {
    type: 'query',
    input: membersInput,
    run: (caller, page) => gate.members(caller, page),
  });
  return { members };
}

function presence(kind: RoomKind, gate: Gate, now: () => number) {
  const input = setPresenceInput(kind);
  if (!input) return {};
  const setPresence = userCall(now, {
    type: 'mutation',
    input,
    run: (caller, said) => gate.setPresence(caller, said),
  });
  return { setPresence };
}

function shorthands(kind: RoomKind, gate: Gate, now: () => number) {
  const entries = Object.entries(kind.shorthands).map(([name, type]) => {
    const spec = kind.events[type];
    if (!spec) throw new Error(`room-router: ${kind.name} has no event ${type}`);
    return [name, publishing(shorthandInput(type, spec), gate, now)] as const;
  });
  return Object.fromEntries(entries);
}

function publishing(input: z.ZodType<ClientPublication>, gate: Gate, now: () => number) {
  return userCall(now, {
    type: 'mutation',
    input,
    run: (caller, publication) => gate.publish(caller, publication),
  });
}
