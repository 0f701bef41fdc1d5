import type { z } from 'zod';
import type { ProcedureDescription } from '../description/procedure.ts';
import { POSITION } from '../description/samples.ts';
import { describeErrors } from '../description/tables.ts';
import { fromJson } from '../rest/json-values.ts';
import { serialize } from '../serialize.ts';
import type { DocumentParts } from './document-parts.ts';
import type { JsonSchema } from './json-schemas.ts';

/** A message of AsyncAPI. */
export interface Message {
  readonly name: string;
  readonly title: string;
  readonly summary?: string;
  readonly payload: JsonSchema;
  readonly examples?: readonly { readonly payload: unknown }[];
}

/** Messages by the names that the channel knows them by. */
export type Messages = Record<string, Message>;

const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
const ID = ref('RequestId');

const TRACKED: JsonSchema = {
  type: 'string',
  description: 'Where the stream stands after this frame: what `lastEventId` takes.',
};

const object = (properties: Readonly<Record<string, unknown>>): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

/** A value as superjson carries it. */
function enveloped(json: JsonSchema): JsonSchema {
  return { type: 'object', properties: { json, meta: ref('SuperjsonMeta') }, required: ['json'] };
}

function message(
  name: string,
  title: string,
  payload: JsonSchema,
  example: unknown,
  summary?: string,
): Message {
  return {
    name,
    title,
    ...(summary !== undefined && { summary }),
    payload,
    ...(example !== undefined && { examples: [{ payload: example }] }),
  };
}

/** The call of a procedure, and what answers it when it goes well. */
export function messagesOf(
  kind: string,
  procedure: ProcedureDescription,
  parts: DocumentParts,
): { readonly request: Messages; readonly replies: Messages } {
  const path = `${kind}.${procedure.name}`;
  const request = requestOf(path, procedure, parts);
  const replies =
    procedure.type === 'subscription'
      ? framesOf(path, procedure, parts)
      : { [`${path}.result`]: resultOf(path, procedure, parts) };
  return { request: { [`${path}.request`]: request }, replies };
}

function requestOf(
  path: string,
  { type, input, example, summary }: ProcedureDescription,
  { schemas }: DocumentParts,
): Message {
  const given = input && enveloped(ref(schemas.nameOf(input)));
  const params = {
    type: 'object',
    properties: {
      path: { const: path },
      ...(given && { input: given }),
      ...(type === 'subscription' && { lastEventId: TRACKED }),
    },
    required: input && !input.isOptional() ? ['path', 'input'] : ['path'],
  };
  const payload = object({ id: ID, method: { const: type }, params });
  const wire = input && { input: onWire(input, example.input) };
  const sent = { id: 1, method: type, params: { path, ...wire } };
  const isShown = !input || example.input !== undefined;
  return message(`${path}.request`, `Call ${path}`, payload, isShown ? sent : undefined, summary);
}

function resultOf(
  path: string,
  { output, example }: ProcedureDescription,
  { schemas }: DocumentParts,
): Message {
  // What answers nothing still answers: undefined, as superjson writes it.
  const data = output
    ? enveloped(ref(schemas.nameOf(output)))
    : { type: 'object', properties: { json: { type: 'null' }, meta: ref('SuperjsonMeta') } };
  const payload = object({ id: ID, result: object({ type: { const: 'data' }, data }) });
  const answered = output ? onWire(output, example.output) : serialize(undefined);
  const isShown = !output || example.output !== undefined;
  const sent = isShown ? { id: 1, result: { type: 'data', data: answered } } : undefined;
  return message(`${path}.result`, `Answer of ${path}`, payload, sent);
}

function framesOf(path: string, { output }: ProcedureDescription, parts: DocumentParts): Messages {
  const { schemas, kinds } = parts;
  const frames = kinds.find(({ frame }) => frame === output)?.frames ?? [];
  const entries = frames.map(({ type, schema, example, description }) => {
    const data = enveloped(object({ id: TRACKED, data: ref(schemas.nameOf(schema)) }));
    const result = object({ type: { const: 'data' }, id: TRACKED, data });
    const id = type === 'event' || type === 'erased' ? POSITION : `${POSITION}/7f3a.1`;
    const sent = {
      id: 1,
      result: { type: 'data', id, data: serialize({ id, data: fromJson(schema, example) }) },
    };
    const name = `${path}.${type}`;
    return [
      name,
      message(
        name,
        `${path}: ${type}`,
        object({ id: ID, result }),
        example === undefined ? undefined : sent,
        description,
      ),
    ] as const;
  });
  return Object.fromEntries(entries);
}

function onWire(schema: z.ZodType, example: unknown): unknown {
  return serialize(fromJson(schema, example));
}

const status = (type: string) => object({ id: ID, result: object({ type: { const: type } }) });

function errorExample(): unknown {
  const row = describeErrors().find(({ code }) => code === 'FORBIDDEN')!;
  const { code: reason, advice, retryable, http: httpStatus, trpc: code } = row;
  const data = { code, httpStatus, path: 'chat.send', reason, retryable, advice };
  return { id: 1, error: { json: { message: advice, code: -32003, data } } };
}

/** What answers calls of every procedure, and what belongs to the connection itself. */
export const SHARED_MESSAGES: Messages = {
  connectionParams: message(
    'connectionParams',
    'Say who one is',
    ref('ConnectionParams'),
    { method: 'connectionParams', data: { token: 'eyJ…', sessionId: 'tab-1' } },
    'The first message of a connection.',
  ),
  stop: message(
    'stop',
    'Stop a subscription',
    object({ id: ID, method: { const: 'subscription.stop' } }),
    { id: 1, method: 'subscription.stop' },
  ),
  reconnect: message(
    'reconnect',
    'Come over another connection',
    object({ id: { type: 'null' }, method: { const: 'reconnect' } }),
    { id: null, method: 'reconnect' },
    'Open another connection, follow there, then close this one.',
  ),
  started: message('started', 'A subscription has begun', status('started'), {
    id: 1,
    result: { type: 'started' },
  }),
  stopped: message('stopped', 'A subscription has ended', status('stopped'), {
    id: 1,
    result: { type: 'stopped' },
  }),
  error: message(
    'error',
    'A call was refused or failed',
    object({
      id: { anyOf: [ID, { type: 'null' }] },
      error: object({ json: ref('ErrorShape') }),
    }),
    errorExample(),
    'Of a subscription: it has ended.',
  ),
};
