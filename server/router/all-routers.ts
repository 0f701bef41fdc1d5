import { ME, type By, type Contract, type RoomKind } from '../../shared/index.ts';
import type { Authorize } from '../auth/authorize.ts';
import type { Clock } from '../clock.ts';
import type { RoomLog, RoomName } from '../log/room-log.ts';
import type { RoomKeeping } from '../membership/room-keeping.ts';
import type { Records } from '../records/records.ts';
import { Gate } from '../rooms/gate.ts';
import type { Hub } from '../rooms/hub.ts';
import { MeGate } from '../rooms/me-gate.ts';
import type { PublishMeter } from '../rooms/publish-limits.ts';
import { createWhispers } from '../rooms/whispers.ts';
import type { LifeGates } from './life-router.ts';
import { meRouter } from './me-router.ts';
import { membershipRouter } from './membership-router.ts';
import { roomRouter } from './room-router.ts';
import { whisperRouter } from './whisper-router.ts';

/** What the procedures of all kinds reach. */
export interface RouterParts {
  readonly contract: Contract;
  readonly hub: Hub;
  readonly log: RoomLog;
  readonly records: Records;
  readonly keeping: RoomKeeping;
  readonly authorize: Authorize;
  readonly clock: Clock;
  /** Unset: publishing is not limited. */
  readonly meter: PublishMeter | undefined;
  /** The person of that id whom others see in a room. */
  readonly findPerson: (room: RoomName, userId: string) => Promise<By | undefined>;
  /** What messages and reading of a kind reach, behind its gate. */
  readonly gatesOf: (kind: RoomKind, gate: Gate) => LifeGates;
}

/** The procedures of every kind of a contract, by kind, and those of users' own streams. */
export function allRouters(parts: RouterParts): Readonly<Record<string, object>> {
  const { contract, clock } = parts;
  const routers = Object.entries(contract).map(([name, kind]) => {
    const router = name === ME ? meRouter(new MeGate(parts), clock.now) : kindRouter(kind, parts);
    return [name, router] as const;
  });
  return Object.fromEntries(routers);
}

/** What all kinds have, and what this one has beside it. */
function kindRouter(kind: RoomKind, parts: RouterParts): object {
  const { hub, keeping, clock, findPerson, gatesOf } = parts;
  const { memberships } = keeping;
  const gate = new Gate({ ...parts, kind: kind.name, memberships });
  const whispers = createWhispers({ kind: kind.name, gate, hub, findPerson });
  return {
    ...roomRouter(kind, { gate, ...gatesOf(kind, gate) }, clock.now),
    ...(kind.whispers && whisperRouter(whispers, clock.now)),
    ...(kind.membership && membershipRouter(keeping.of(kind.name), gate, clock.now)),
  };
}
