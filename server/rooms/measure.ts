import { errors, type RoomError } from '../../shared/index.ts';
import { roomKey, type RoomName } from '../log/room-log.ts';
import type { Caller } from './gate.ts';
import type { Metered, PublishMeter } from './publish-limits.ts';

type Meter = PublishMeter | undefined;

/** Counts a publish of somebody's. Without a meter nothing is counted. @throws RoomError TOO_MANY */
export function measure(meter: Meter, caller: Caller, what?: Metered): void {
  heed(meter, caller, meter?.take(publisherOf(caller), what));
}

/** Counts one that is allowed in its room. @throws RoomError TOO_MANY */
export function measureRoom(meter: Meter, caller: Caller, room: RoomName, what?: Metered): void {
  heed(meter, caller, meter?.takeRoom(roomKey(room), publisherOf(caller), what));
}

function heed(meter: Meter, caller: Caller, refusal: RoomError | undefined): void {
  if (!refusal) return;
  const { connectionId, socket } = caller;
  if (meter?.isFlood(connectionId)) socket?.close(errors.TOO_MANY.close, 'too many publishes');
  throw refusal;
}

function publisherOf({ connectionId, user }: Caller) {
  return { connectionId, userId: user.id };
}
