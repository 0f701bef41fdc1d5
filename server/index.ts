export { openToAll, type Action, type Authorize } from './auth/authorize.ts';
export { findDevelopmentSecret } from './auth/development-secret.ts';
export type { Guest } from './auth/guests.ts';
export { signToken, type TokenClaims } from './auth/tokens.ts';
export type { User } from './auth/user.ts';
export { systemClock, type Clock } from './clock.ts';
export { readConfig, type Config } from './config.ts';
export {
  createRooms,
  createServer,
  type RoomsOptions,
  type Server,
  type ServerOptions,
} from './create-server.ts';
export { createLogger, type Logger } from './logger.ts';
export type { RoomName } from './log/room-log.ts';
export { backupLog, type BackupSummary } from './log/sqlite/backup.ts';
export { restoreLog, type RestoreSummary } from './log/sqlite/restore.ts';
export type { Rooms } from './mount-rooms.ts';
export type { PublishLimits, PublishRate } from './rooms/publish-limits.ts';
export { formatError, type ErrorShape } from './router/error-shape.ts';
export type { MyProcedures, RoomProcedures, RoomRouters } from './router/room-procedures.ts';
export type { RoomsContext } from './router/trpc.ts';
export { StartError } from './start-error.ts';
