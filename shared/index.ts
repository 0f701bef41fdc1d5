export { chat } from './chat.ts';
export { errorOfClose, reconnectAfter, type Reconnect } from './close-codes.ts';
export {
  durable,
  ephemeral,
  latest,
  type Delivery,
  type DurableSpec,
  type EphemeralSpec,
  type EventSpec,
  type LatestKey,
  type LatestSpec,
  type Publisher,
} from './delivery.ts';
export { displayName } from './display-name.ts';
export { errors, RoomError, type ErrorCode, type ErrorData, type TRPCCode } from './errors.ts';
export { SERVER, type By, type DurableEventOf, type EventOf, type RoomEvent } from './event.ts';
export type {
  ClearedFrame,
  ErasedFrame,
  EventFrame,
  Frame,
  FrameOf,
  Gap,
  GapFrame,
  GapReason,
  LatestFrame,
  ReadyFrame,
} from './frame.ts';
export { defineMe, ME, me, withMe, type MeOf } from './me.ts';
export type { MeProcedures, MeState } from './me-procedures.ts';
export type { Role, Visibility } from './room-news.ts';
export { DAY, HOUR, IDEMPOTENCY_KEY, limits, MINUTE, ROOM_ID } from './limits.ts';
export { formatPosition, parsePosition, type Position } from './position.ts';
export {
  roomId,
  type Ack,
  type EventsInput,
  type HistoryInput,
  type HistoryPage,
  type Level,
  type Members,
  type Procedure,
  type ProceduresOf,
  type PublishInput,
  type ShorthandInput,
  type WhisperInput,
} from './procedures.ts';
export {
  defineRoom,
  type ClientEventType,
  type Contract,
  type DurableType,
  type EventData,
  type EventInput,
  type EventSpecs,
  type EventType,
  type Retention,
  type RoomKind,
  type KindTraits,
  type ShorthandTarget,
  type Shorthands,
} from './room-kind.ts';
