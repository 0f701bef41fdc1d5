import { getTRPCErrorFromUnknown, type AnyTRPCRouter, type TRPCError } from '@trpc/server';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, RoomError, type Contract } from '../../shared/index.ts';
import type { IsServerKey } from '../auth/server-keys.ts';
import { describeContract } from '../description/describe.ts';
import { directOf } from '../direct.ts';
import { once } from '../once.ts';
import { readJson, sendJsonText, sendProblem } from '../http/reply.ts';
import { bearerOf, createHttpContext, type ContextOptions } from '../transport/context.ts';
import { checkInput, defaultWireLimits } from '../transport/ws/wire-guard.ts';
import { writeEventStream } from './event-stream.ts';
import { fromJson } from './json-values.ts';
import type { Operation, ServerRooms } from './operation.ts';
import { createOperationTable, operationsOf, type Found } from './operations.ts';
import { answerProblem, problemOf } from './problem.ts';
import { queryInput } from './query-input.ts';
import { toJson } from './to-json.ts';

/** What the REST mirror is made from. */
export interface RestOptions extends ContextOptions {
  readonly contract: Contract;
  /** The router whose procedures are called. */
  readonly router: AnyTRPCRouter;
  readonly rooms: ServerRooms;
  readonly isServerKey: IsServerKey;
  /** Hears of every error that is answered. */
  readonly onError: (failure: { error: TRPCError; path: string | undefined }) => void;
}

type Handler = (path: string, req: IncomingMessage, res: ServerResponse) => void;

/** The queries and mutations of a contract as plain HTTP, and its streams as server-sent events, below `/api/`:
 *  the same procedures, validation, authorisation and errors. */
export function createRest(options: RestOptions): Handler {
  const { contract, rooms, isServerKey, onError } = options;
  // Whoever is never asked need not know what there is.
  const table = once(() => createOperationTable(operationsOf(describeContract(contract))));
  const callUser = userCaller(options);

  const answer = async (path: string, req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const found = table().find(path);
    if (!found) return noSuchPath(res, path);
    const operation = operationFor(found, req);
    if (!operation) return notAllowed(res, found);
    // From the first moment: whoever goes while his token is looked at must not be followed for.
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    const call = { req, res, given: found.given, gone: gone.signal };
    const isServer = isServerKey(bearerOf(req) ?? '');
    return isServer ? callServer(operation, call, rooms) : callUser(operation, call);
  };

  return (path, req, res) => {
    answer(path, req, res).catch((thrown: unknown) => {
      const error = asTRPCError(thrown);
      onError({ error, path });
      if (res.headersSent) return void res.destroy();
      answerProblem(res, problemOf(error));
    });
  };
}

function operationFor({ methods }: Found, { method = '' }: IncomingMessage): Operation | undefined {
  const operation = methods.get(method === 'HEAD' ? 'GET' : method);
  // There is no head of what has no end.
  const isStream = operation?.procedure?.type === 'subscription';
  return method === 'HEAD' && isStream ? undefined : operation;
}

function notAllowed(res: ServerResponse, { methods }: Found): void {
  const allowed = [...methods.keys()].join(', ');
  res.setHeader('allow', allowed);
  sendProblem(res, 'METHOD_NOT_ALLOWED', `this path is for ${allowed}`);
}

interface RestCall {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly given: string | undefined;
  /** Aborts when the response is out, or the caller gone. */
  readonly gone: AbortSignal;
}

function noSuchPath(res: ServerResponse, path: string): void {
  sendProblem(
    res,
    'NO_SUCH_PATH',
    `there is no ${path.slice(0, 200)}; /openapi.json has all paths`,
  );
}

function asTRPCError(error: unknown): TRPCError {
  const translated = getTRPCErrorFromUnknown(error);
  if (!(error instanceof RoomError)) return translated;
  return Object.assign(translated, { code: errors[error.code].trpc });
}

/** Calls a procedure as the user whose token is shown. */
function userCaller({ router, clock, onError, ...options }: RestOptions) {
  const contextOf = createHttpContext({ ...options, clock });
  return async (operation: Operation, { req, res, given, gone }: RestCall): Promise<void> => {
    const { procedure, kind, path } = operation;
    const context = await contextOf({ req, res, info: NO_PARAMS });
    // Who is nobody is told so before what he sends is read.
    if (!context.user) throw new RoomError('UNAUTHENTICATED');
    if (!procedure) throw new RoomError('FORBIDDEN', 'this is for server keys (SERVER_KEYS) alone');
    const direct = directOf(router, `${kind}.${procedure.name}`, procedure.type);
    if (!direct) throw new Error(`rest: ${path} calls no procedure`);
    const read = await readInput(operation, req, given, procedure);
    const input = procedure.input && fromJson(procedure.input, read);
    const output = await direct.call(context, input ?? read, () => gone);
    if (procedure.type !== 'subscription') return sendJsonText(res, 200, toJson(output ?? {}));
    const problem = (thrown: unknown) => {
      const error = asTRPCError(thrown);
      onError({ error, path });
      return problemOf(error);
    };
    return writeEventStream(res, output as Frames, { clock, problemOf: problem });
  };
}

type Frames = AsyncIterable<readonly [id: string, data: unknown]>;

// Tokens come in a header.
const NO_PARAMS = { connectionParams: null } as Parameters<
  ReturnType<typeof createHttpContext>
>[0]['info'];

const NOBODY =
  'a server key is nobody: show the token of a user, or take a path that is for server keys (/openapi.json)';

async function callServer(
  operation: Operation,
  { req, res, given }: RestCall,
  rooms: ServerRooms,
): Promise<void> {
  const { server } = operation;
  if (!server) throw new RoomError('FORBIDDEN', NOBODY);
  const read = await readInput(operation, req, given, server);
  const parsed = server.envelope.safeParse(fromJson(server.input, read));
  if (!parsed.success) {
    throw new RoomError('BAD_INPUT', 'the input is not valid', { cause: parsed.error });
  }
  sendJsonText(res, 200, toJson(await server.run(rooms, parsed.data)));
}

/** What is asked: the body or the URL, the parameter of the path, the headers that carry input.
 *  @throws RoomError BAD_INPUT, TOO_LARGE */
async function readInput(
  { method, param }: Operation,
  req: IncomingMessage,
  given: string | undefined,
  { input, takesKey }: Pick<NonNullable<Operation['procedure']>, 'input' | 'takesKey'>,
): Promise<Record<string, unknown> | undefined> {
  const search = searchOf(req);
  if (method === 'POST' && search.size > 0) {
    throw new RoomError('BAD_INPUT', 'what is sent stands in the body, not in the URL');
  }
  const sent = method === 'GET' ? queryInput(input, search) : await readBody(req);
  if (param === undefined) return withHeaders(sent, req, { takesKey });
  if (sent && param in sent) throw new RoomError('BAD_INPUT', `${param} stands in the path`);
  return withHeaders({ ...sent, [param]: decode(given ?? '') }, req, { takesKey });
}

function searchOf({ url = '' }: IncomingMessage): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : url.slice(at));
}

async function readBody(req: IncomingMessage): Promise<Record<string, unknown>> {
  const body = await readJson(req, {});
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RoomError('BAD_INPUT', 'the body must be a JSON object');
  }
  const wrong = checkInput(body, defaultWireLimits, 'none');
  if (wrong !== undefined) throw new RoomError('BAD_INPUT', wrong);
  return body as Record<string, unknown>;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new RoomError('BAD_INPUT', 'the path cannot be decoded', { cause: error });
  }
}

function withHeaders(
  input: Record<string, unknown> | undefined,
  { headers }: IncomingMessage,
  { takesKey }: { takesKey: boolean },
): Record<string, unknown> | undefined {
  const lastEventId = headers['last-event-id'];
  const key = takesKey ? keyOf(headers['idempotency-key']) : undefined;
  if (lastEventId === undefined && key === undefined) return input;
  if (key !== undefined && input?.['idempotencyKey'] !== undefined) {
    throw new RoomError('BAD_INPUT', 'the idempotency key stands in the header and in the body');
  }
  return {
    ...input,
    ...(key !== undefined && { idempotencyKey: key }),
    ...(lastEventId !== undefined && { lastEventId }),
  };
}

/** The key of an `Idempotency-Key` header: as it is, or in the quotes of a structured field. */
function keyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = String(header);
  return /^"(.*)"$/.exec(text)?.[1] ?? text;
}
