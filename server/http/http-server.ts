import { createServer, STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { Leaver } from '../leaving.ts';
import type { Logger } from '../logger.ts';
import { StartError } from '../start-error.ts';
import { guard, type GuardOptions, type Refusal } from '../transport/request-guard.ts';
import { applyCors } from './cors.ts';
import { tellOfForeignPages } from './foreign-pages.ts';
import type { HttpErrorCode } from './http-errors.ts';
import { Pipelines } from './pipelines.ts';
import { QuietSockets } from './quiet-sockets.ts';
import { sendProblem } from './reply.ts';

/** How long a client may take, in milliseconds. Node looks once per `checkEveryMs`. */
export interface HttpTimeouts {
  /** From connecting, or from a request's first byte, to the end of its headers. */
  readonly headersMs: number;
  /** To the end of its body. */
  readonly requestMs: number;
  /** Between two requests of one connection. */
  readonly idleMs: number;
  /** Without a byte either way: of an answer or a stream, not one has left (TRN4). A third more at most. */
  readonly stallMs: number;
  readonly checkEveryMs: number;
}

/** What an HTTP server passes on. */
export interface HttpServerOptions extends GuardOptions {
  readonly route: (path: string, req: IncomingMessage, res: ServerResponse) => void;
  readonly upgrade: (req: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** May a socket stay that has asked for nothing yet? Default: every one. */
  readonly isWelcome?: (socket: Socket) => boolean;
  /** Gives a place to a WebSocket or an HTTP call until `holder` closes, or the refusal. Default: there is
   *  a place for everybody. */
  readonly admit?: (req: IncomingMessage, holder: Duplex | ServerResponse) => Refusal | undefined;
  /** Hears of each upgrade that is refused, with the status. */
  readonly onUpgradeRefused?: (status: number) => void;
  /** Default: 10 s for headers, 30 s for a request, 5 s idle, 30 s stalled; looked at every second. */
  readonly timeouts?: HttpTimeouts;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One port for everything. */
export interface HttpServer {
  /** Starts to listen. Returns the address as a URL. @throws StartError */
  listen(port: number, host: string): Promise<string>;
  /** Refuses upgrades (503) from now on, and keeps no HTTP connection open for a next request. */
  refuse(): void;
  /** Event streams that are open: a client whose stream is cut opens another. */
  streams(): Leaver[];
  /** Lets running requests end for up to `graceMs`, then cuts what is left: event streams never end
   *  by themselves, and a cut one comes back to resume. */
  close(graceMs: number): Promise<void>;
}

// What the guard may say of a request.
const CODES: Readonly<Record<number, HttpErrorCode>> = {
  400: 'MALFORMED_REQUEST',
  403: 'REQUEST_REFUSED',
  404: 'NO_SUCH_PATH',
};

const RESTARTING: Refusal = { status: 503, message: 'the server is restarting', retryAfterS: 2 };

// Connections that the system completes before we take them, one a turn: a crowd that comes back at once
// waits there, where Node's 511 would leave the rest to try again after 1, 3, 7 … seconds. The system
// has a limit of its own (Linux: `net.core.somaxconn`, 4,096).
const BACKLOG = 8_192;

const TIMEOUTS: HttpTimeouts = {
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 5_000,
  // As over WebSocket. Streams have a ping every 15 s.
  stallMs: 30_000,
  // Node's own 30 s would make 10 s into 40.
  checkEveryMs: 1_000,
};

/** Serves HTTP and takes upgrades at `/trpc`. Every request is checked before anything reads it. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { route, upgrade, clock, logger, timeouts = TIMEOUTS } = options;
  const { isWelcome = () => true, admit = () => undefined, onUpgradeRefused = () => {} } = options;
  let isRefusing = false;
  let isClosing = false;
  const running = new Set<ServerResponse>();
  const pipelines = new Pipelines();

  const server = createServer({
    headersTimeout: timeouts.headersMs,
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.idleMs,
    connectionsCheckingInterval: timeouts.checkEveryMs,
    // What asks for another protocol beside, as HTTP/2 in plain text, is answered in this one.
    shouldUpgradeCallback: ({ headers }: IncomingMessage) =>
      /^websocket$/i.test(headers.upgrade ?? ''),
  });
  const quiet = new QuietSockets({ clock, stallMs: timeouts.stallMs });
  server.timeout = quiet.quietMs;
  // Where somebody listens Node closes none by itself.
  server.on('timeout', (socket: Socket) => {
    if (pipelines.isIdle(socket)) socket.destroy();
    else quiet.add(socket);
  });
  server.on('connection', (socket: Socket) => {
    if (!isWelcome(socket)) socket.destroy();
  });
  const tellOfForeign = tellOfForeignPages(logger);
  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    if (!pipelines.add(req.socket, res)) return void req.socket.destroy();
    running.add(res);
    res.once('close', () => {
      running.delete(res);
      if (isClosing) server.closeIdleConnections();
    });
    if (isRefusing) res.shouldKeepAlive = false;
    const path = guard(req, options);
    if (typeof path !== 'string') {
      tellOfForeign(path);
      return sendProblem(res, CODES[path.status] ?? 'MALFORMED_REQUEST', path.message);
    }
    if (applyCors(req, res)) return;
    // Calls and the streams among them; what an operator asks is answered by a full server too.
    const refusal = /^\/(trpc|api)\//.test(path) ? admit(req, res) : undefined;
    if (refusal) sendFull(res, refusal);
    else route(path, req, res);
  });
  // One listener for all sockets.
  const onSocketError = (error: Error) => logger.debug({ err: error }, 'a socket failed');
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    // From its first moment: an error that nobody hears ends the process.
    socket.on('error', onSocketError);
    const refusal = isRefusing ? RESTARTING : (refusalOf(req, options) ?? admit(req, socket));
    if (!refusal) return upgrade(req, socket, head);
    onUpgradeRefused(refusal.status);
    tellOfForeign(refusal);
    refuseUpgrade(socket, refusal);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Not the error itself: it carries the packet, and with it whatever tokens are there.
    logger.debug({ code: error.code, reason: error.message }, 'a request could not be read');
    if (pipelines.isWithinAnswer(socket)) socket.destroy();
    else refuseUpgrade(socket, unreadable(error));
  });

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        const refuse = (error: Error) => reject(cannotListen(error, host, port));
        server.once('error', refuse);
        server.listen(port, host, BACKLOG, () => {
          server.off('error', refuse);
          server.on('error', (error) => logger.error({ err: error }, 'the listener failed'));
          // A server that listens on a port has an address of this form.
          const address = server.address() as AddressInfo;
          const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
          resolve(`http://${name}:${address.port}`);
        });
      }),
    refuse: () => {
      isRefusing = true;
    },
    streams: () =>
      [...running].filter(isStream).map((res) => ({
        ask: () => void res.destroy(),
        end: () => void res.destroy(),
        get isGone() {
          return res.closed;
        },
      })),
    close: (graceMs) =>
      new Promise((resolve) => {
        isClosing = true;
        const cutAll = () => server.closeAllConnections();
        const cancel = clock.after(graceMs, cutAll);
        server.close(() => {
          cancel();
          resolve();
        });
        server.closeIdleConnections();
        for (const res of running) if (isStream(res)) res.destroy();
      }),
  };
}

function isStream(res: ServerResponse): boolean {
  return String(res.getHeader('content-type') ?? '').startsWith('text/event-stream');
}

function refusalOf(req: IncomingMessage, options: GuardOptions): Refusal | undefined {
  const path = guard(req, options);
  if (typeof path !== 'string') return path;
  return path === '/trpc' ? undefined : { status: 404, message: 'WebSockets are served at /trpc' };
}

/** What is wrong with what is not even a request. */
function unreadable(error: NodeJS.ErrnoException): Refusal {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, message: 'the request did not come in time' };
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, message: 'the headers are too large' };
    default:
      return { status: 400, message: 'malformed request' };
  }
}

function sendFull(res: ServerResponse, { message, retryAfterS = 0 }: Refusal): void {
  res.setHeader('retry-after', String(retryAfterS));
  // What is not read any more would stand where the next request is looked for.
  res.setHeader('connection', 'close');
  sendProblem(res, 'TOO_MANY_CONNECTIONS', message);
}

function refuseUpgrade(socket: Duplex, { status, message, retryAfterS }: Refusal): void {
  if (!socket.writable) return void socket.destroy();
  const retry = retryAfterS === undefined ? '' : `Retry-After: ${retryAfterS}\r\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n${retry}` +
      `Content-Type: text/plain\r\nContent-Length: ${message.length}\r\n\r\n${message}`,
    () => socket.destroy(),
  );
}

function cannotListen(error: Error, host: string, port: number): StartError {
  const isTaken = 'code' in error && error.code === 'EADDRINUSE';
  const detail = isTaken ? 'another program is using that port' : error.message;
  return new StartError(`cannot listen on ${host}:${port}: ${detail}`, {
    advice: 'Stop the other program, or set PORT (and HOST) to something free.',
    cause: error,
  });
}
