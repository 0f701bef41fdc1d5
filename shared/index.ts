export { activity, type ActivitySpec } from './activity.ts';
export { CHANGE_TYPES, ME, MEMBERSHIP_PROCEDURES, READ_TYPE } from './built-in-names.ts';
export { bytes } from './bytes.ts';
export { chat } from './chat.ts';
export { errorOfClose, reconnectAfter, type Reconnect } from './close-codes.ts';
export {
  durable,
  ephemeral,
  latest,
  type ClearRule,
  type Delivery,
  type DurableSpec,
  type EphemeralSpec,
  type EventSpec,
  type LatestKey,
  type LatestOptions,
  type LatestSpec,
  type Publisher,
} from './delivery.ts';
export { displayName } from './display-name.ts';
export {
  errors,
  RoomError,
  type ErrorCode,
  type ErrorData,
  type InputIssue,
  type RoomErrorOptions,
  type TRPCCode,
} from './errors.ts';
export {
  SERVER,
  type By,
  type DurableEventOf,
  type EventOf,
  type LatestEventOf,
  type RoomEvent,
} from './event.ts';
export type {
  ClearedFrame,
  Crowd,
  CrowdFrame,
  ErasedFrame,
  EventFrame,
  Frame,
  FrameOf,
  Gap,
  GapFrame,
  GapReason,
  LatestFrame,
  ReadyFrame,
  RevokedFrame,
  RevokedReason,
  UnreadFrame,
} from './frame.ts';
export {
  isDerived,
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
  Reactors,
  ReactorsInput,
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
export {
  RESERVED_ROOM_ID,
  type CreateInput,
  type Done,
  type Invitation,
  type MemberInput,
  type MembershipProcedures,
  type MyRoom,
  type PageInput,
  type RosterEntry,
} from './membership.ts';
export { defineMe, me, withMe, type MeOf } from './me.ts';
export type { MeProcedures, MeState } from './me-procedures.ts';
export type { Role, Visibility } from './room-news.ts';
export { DAY, HOUR, IDEMPOTENCY_KEY, limits, MINUTE, ROOM_ID } from './limits.ts';
export { isSessionId, SESSION_ID_FORM } from './session-id.ts';
export { formatPosition, parsePosition, type Position } from './position.ts';
export type {
  Departed,
  LeaveReason,
  Present,
  PresenceFrame,
  PresenceInput,
  PresenceOf,
  PresenceSnapshot,
} from './presence.ts';
export {
  roomId,
  type Ack,
  type EventsInput,
  type HistoryInput,
  type HistoryPage,
  type Level,
  type Members,
  type MembersInput,
  type Procedure,
  type ProceduresOf,
  type PublishInput,
  type SetPresenceInput,
  type ShorthandInput,
  type WhisperInput,
} from './procedures.ts';
export {
  defineRoom,
  type ActivityType,
  type ClientEventType,
  type Contract,
  type DurableType,
  type EventData,
  type EventInput,
  type EventSpecs,
  type EventType,
  type LatestType,
  type Retention,
  type RoomKind,
  type KindTraits,
  type ShorthandTarget,
  type Shorthands,
} from './room-kind.ts';
export { userIdOf } from './user-id.ts';
