import { checkStructure, isRecord } from './structure.ts';
import { checkMeta, type MetaLimits } from './superjson-meta.ts';

/** What a message from a client may be (TRN6). Counts in items, sizes in bytes, lengths in UTF-16
 *  units. */
export interface WireLimits extends MetaLimits {
  /** Longest request id that is a string. */
  readonly idLength: number;
  /** Longest path of a procedure. */
  readonly pathLength: number;
  /** Longest `lastEventId` beside an input. */
  readonly lastEventIdLength: number;
}

/** What the router makes inputs of. With `none`, an input that looks like superjson's is plain data. */
export type WireTransformer = 'superjson' | 'none';

/** The limits of a rooms server: far beyond what a chat sends, far below what stalls a process. */
export const defaultWireLimits: WireLimits = {
  depth: 32,
  nodes: 20_000,
  bigintDigits: 40,
  typedArrayBytes: 16 * 1024,
  collectionEntries: 1_024,
  idLength: 64,
  pathLength: 256,
  lastEventIdLength: 256,
};

/** Why a message must not reach tRPC, in words for whoever sent it. Undefined: it may. For what a
 *  decoder gave, one message of a batch at a time. Never throws; what tRPC itself refuses before it
 *  reads the input (an unknown method, a path that is no string) is left to it. */
export function checkMessage(
  message: unknown,
  limits: WireLimits,
  transformer: WireTransformer,
): string | undefined {
  const reason = checkEnvelope(message, limits);
  if (reason !== undefined || !isRecord(message)) return reason;
  const { params } = message;
  const input = isRecord(params) ? params['input'] : undefined;
  // The input stands two levels down: in `params`, in the message.
  if (transformer === 'none') return checkStructure(message, 2, limits, { nodes: 0 });
  return checkSuperjson(message, input, 2, limits);
}

/** The part of `checkMessage` that looks at no input: for a router whose transformer guards itself. */
export function checkEnvelope(message: unknown, limits: WireLimits): string | undefined {
  if (!isRecord(message)) return 'a message is an object';
  const { id, params } = message;
  if (!isRequestId(id, limits)) {
    return `an id is an integer or a string of 1 to ${limits.idLength} characters`;
  }
  if (!isRecord(params)) return undefined;
  const { path, lastEventId } = params;
  if (isLonger(path, limits.pathLength)) {
    return `a path has at most ${limits.pathLength} characters`;
  }
  if (isLonger(lastEventId, limits.lastEventIdLength)) {
    return `a lastEventId has at most ${limits.lastEventIdLength} characters`;
  }
  return undefined;
}

/** Why an input must not reach the router's transformer, wherever it came from: the same limits as
 *  in a message. Undefined: it may. Never throws. */
export function checkInput(
  input: unknown,
  limits: WireLimits,
  transformer: WireTransformer,
): string | undefined {
  if (transformer === 'none') return checkStructure(input, 0, limits, { nodes: 0 });
  return checkSuperjson(input, input, 0, limits);
}

function checkSuperjson(
  root: unknown,
  input: unknown,
  inputLevel: number,
  limits: WireLimits,
): string | undefined {
  const tally = { nodes: 0 };
  if (!isRecord(input)) return checkStructure(root, inputLevel, limits, tally);
  // The data stands one level down, and the meta is held to its own rules.
  const reason = checkStructure(root, inputLevel + 1, limits, tally, input);
  return reason ?? checkMeta(input['meta'], input['json'], limits, tally);
}

function isRequestId(id: unknown, { idLength }: WireLimits): boolean {
  if (typeof id === 'string') return id.length > 0 && id.length <= idLength;
  return Number.isSafeInteger(id);
}

function isLonger(text: unknown, length: number): boolean {
  return typeof text === 'string' && text.length > length;
}
