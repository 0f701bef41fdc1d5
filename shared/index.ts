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
  UnreadFrame,
} from './frame.ts';
export {
  CHANGE_TYPES,
  isDerived,
  READ_TYPE,
  type Edited,
  type LifeEvents,
  type Reacted,
  type Reaction,
  type Read,
  type Removed,
} from './life-events.ts';
export {
  messageTypes,
  typesWhere,
  type CountableType,
  type EditableType,
  type Life,
  type MessageType,
  type NoLife,
  type ReactableType,
  type ReactionMode,
  type RemovableType,
  type ReplyType,
} from './life.ts';
export type {
  EditInput,
  LifeProcedures,
  MarkInput,
  MarkReadInput,
  ReactInput,
  ReadState,
  Receipts,
  ReceiptsInput,
  RemoveInput,
  UnreadAnswer,
} from './life-procedures.ts';
export {
  emptyFold,
  foldEvents,
  foldPage,
  forgetUpTo,
  messagesOf,
  versionOf,
  type Fold,
  type FoldPage,
  type Message,
  type MessageView,
  type Slot,
} from './message-fold.ts';
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
  type ShorthandTarget,
  type Shorthands,
} from './room-kind.ts';
