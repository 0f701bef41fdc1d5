/** tRPC's WebSocket protocol at the cost of a bare socket: the names, types and options of
 *  `@trpc/server/adapters/ws`, so that one import line moves an app. */
export type {
  CreateWSSContextFn,
  CreateWSSContextFnOptions,
  WSConnectionHandlerOptions,
} from '@trpc/server/adapters/ws';
export { jsonEncoder, type Encoder } from './ws/encoder.ts';
export { applyWSSHandler, getWSConnectionHandler } from './ws/handler.ts';
export { handleKeepAlive } from './ws/keep-alive.ts';
export { roomsLimits, type SocketLimits, type WSSHandlerOptions } from './ws/options.ts';
