import type { RoomKind } from '../../shared/index.ts';
import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock.ts';
import type { RoomLog } from '../log/room-log.ts';
import { ReadMarks } from '../reading/read-marks.ts';
import { ReadingGate } from '../reading/reading-gate.ts';
import type { Records } from '../records/records.ts';
import type { Gate } from '../rooms/gate.ts';
import type { Hub } from '../rooms/hub.ts';
import type { LifeGates } from '../router/life-router.ts';
import { MessageChanges } from './message-changes.ts';
import { MessageGate } from './message-gate.ts';
import { Reactions } from './reactions.ts';

/** What messages and reading are made from. */
export interface LifeParts {
  readonly hub: Hub;
  readonly log: RoomLog;
  readonly records: Records;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** Messages and reading, put together: their parts once, their gates per kind. */
export function mountLife(parts: LifeParts): {
  readonly changes: MessageChanges;
  gatesOf(kind: RoomKind, gate: Gate): LifeGates;
} {
  const { log, records, clock } = parts;
  const changes = new MessageChanges(log, clock);
  const reactions = new Reactions(log, records, clock);
  const marks = new ReadMarks(parts);
  return {
    changes,
    gatesOf: (kind, gate) => ({
      messages: new MessageGate({ ...parts, kind, gate, changes, reactions }),
      reading: new ReadingGate({ ...parts, kind, gate, marks }),
    }),
  };
}
