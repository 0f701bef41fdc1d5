/** tRPC's WebSocket adapter as this server uses it: for now tRPC's own, under its own names. */
export {
  applyWSSHandler,
  getWSConnectionHandler,
  handleKeepAlive,
  jsonEncoder,
  type CreateWSSContextFn,
  type CreateWSSContextFnOptions,
  type Encoder,
  type WSConnectionHandlerOptions,
  type WSSHandlerOptions,
} from '@trpc/server/adapters/ws';
