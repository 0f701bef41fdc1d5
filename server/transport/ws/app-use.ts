import type { WebSocket } from 'ws';

/** What is done when an app uses a connection's `ws` past us. */
export interface AppUse {
  /** It sends: what was gathered goes first, and what comes next goes behind. */
  onSend(): void;
  /** It puts a `send` of its own in the place of that of `ws`: what comes next is for that one. */
  onOwnSend(): void;
  /** It is about to close or cut the connection: what was gathered goes first. */
  onClose(): void;
  /** It has done that: nothing comes next. */
  onEnd(): void;
}

const USE = Symbol('what is done when an app uses it');
type Used = WebSocket & { [USE]?: AppUse };
type Method = 'send' | 'close' | 'terminate';

// Shared by all connections: functions for each, and above all accessors for each, would be memory for each.
const OWN: Pick<WebSocket, 'close' | 'terminate'> = {
  close(this: Used, ...args) {
    this[USE]?.onClose();
    // Of a code or a reason that is none it throws, and the connection stays as it is.
    originalOf(this, 'close').apply(this, args);
    this[USE]?.onEnd();
  },
  terminate(this: Used) {
    // What the kernel has arrives all the same.
    this[USE]?.onClose();
    this[USE]?.onEnd();
    originalOf(this, 'terminate').call(this);
  },
};

function send(this: Used, ...args: unknown[]): unknown {
  this[USE]?.onSend();
  return Reflect.apply(originalOf(this, 'send'), this, args);
}

const SEND: PropertyDescriptor & ThisType<Used> = {
  configurable: true,
  get: () => send,
  set(value: unknown) {
    Object.defineProperty(this, 'send', { value, writable: true, configurable: true });
    this[USE]?.onOwnSend();
  },
};

function originalOf<M extends Method>(ws: WebSocket, method: M): WebSocket[M] {
  return (Object.getPrototypeOf(ws) as WebSocket)[method];
}

/** Hears of what an app sends, closes or cuts before that is done. */
export function hearOfApp(ws: Used, use: AppUse): void {
  ws[USE] = use;
  Object.assign(ws, OWN);
  Object.defineProperty(ws, 'send', SEND);
}

/** Has somebody a `send` of his own in the place of that of `ws`: on the object, in a class made from it, by a proxy? Then
 *  he wants to hear of every message. */
export function hasOwnSend(ws: WebSocket): boolean {
  let owner: unknown = Object.getPrototypeOf(ws);
  while (owner && !Object.hasOwn(owner, 'send')) owner = Object.getPrototypeOf(owner);
  // The class of `ws` has it beside what takes over a socket.
  const isOfWs = !!owner && Object.hasOwn(owner, 'setSocket');
  return !isOfWs || ws.send !== (owner as WebSocket).send;
}

/** Tells an app by `bufferedAmount` how much waits: `ws` knows what waits in the stream alone, and apps cut readers by it
 *  (TRN1). Cheap to call again. */
export function tellApp(ws: WebSocket, waitingBytes: () => number): void {
  if (Object.hasOwn(ws, 'bufferedAmount')) return;
  Object.defineProperty(ws, 'bufferedAmount', { get: waitingBytes, configurable: true });
}
