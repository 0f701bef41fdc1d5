import { describeErrors, type ErrorDescription } from '../description/tables.ts';
import { COMMON_ERRORS } from '../description/words.ts';
import type { Operation } from '../rest/operation.ts';
import type { DocumentParts } from './document-parts.ts';
import { propertiesOf, requiredOf, withoutField } from './fields.ts';
import { contractSchemas } from './contract-schemas.ts';
import type { JsonSchema, SchemaStyle } from './json-schemas.ts';
import { plainPaths } from './plain-paths.ts';
import { refusals } from './refusals.ts';
import { wireSchemas } from './wire-schemas.ts';

const STYLE: SchemaStyle = {
  dialect: 'draft-2020-12',
  refs: '#/components/schemas/',
  isPlain: true,
};

const ref = (name: string): JsonSchema => ({ $ref: `${STYLE.refs}${name}` });
const json = (schema: JsonSchema, example: unknown) => ({
  'application/json': { schema, ...(example !== undefined && { example }) },
});

const ABOUT =
  'The queries and mutations of the contract over plain HTTP, and its streams as server-sent events: the same procedures, ' +
  'validation, authorisation and errors as over tRPC. Dates are ISO text, bigints digits, sets lists, maps lists of pairs, bytes base64; ' +
  'undefined and NaN have no form, and cannot be sent. ' +
  'The body of a POST is read as JSON, whatever its Content-Type says.';

/** Writes the REST mirror down as OpenAPI 3.1. */
export function openApi(parts: DocumentParts): JsonSchema {
  const { kinds, operations, title, version } = parts;
  const components = contractSchemas(parts, STYLE);
  const writer: Writer = { parts, components };
  return {
    openapi: '3.1.1',
    info: { title, version, description: ABOUT, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/', description: 'The server that this document came from.' }],
    tags: tagsOf(parts),
    security: [{ user: [] }],
    paths: { ...pathsOf(operations, writer), ...plainPaths },
    components: {
      schemas: { ...components, Problem: wireSchemas(ref)['Problem'] },
      responses: problemResponses(),
      securitySchemes: {
        user: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The token of a user.',
        },
        serverKey: {
          type: 'http',
          scheme: 'bearer',
          description:
            'A key of SERVER_KEYS: one of our own backends. Nobody is asked what it may do.',
        },
      },
    },
    'x-kinds': kinds.map(({ kind }) => kind.name),
  };
}

interface Writer {
  readonly parts: DocumentParts;
  readonly components: Readonly<Record<string, JsonSchema>>;
}

function tagsOf({ kinds }: DocumentParts) {
  const ofKinds = kinds.map(({ kind }) => ({
    name: kind.name,
    description:
      kind.name === 'me' ? "One's own private stream." : `Rooms of the kind \`${kind.name}\`.`,
  }));
  return [
    ...ofKinds,
    { name: 'users', description: 'What backends do to users.' },
    { name: 'server', description: 'The server itself.' },
  ];
}

function pathsOf(operations: readonly Operation[], writer: Writer): Record<string, JsonSchema> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const methods = (paths[operation.path] ??= {});
    methods[operation.method.toLowerCase()] = operationOf(operation, writer);
  }
  return paths;
}

function operationOf(operation: Operation, writer: Writer): JsonSchema {
  const { procedure, server, kind, path } = operation;
  const told = procedure ?? server;
  if (!told) throw new Error(`documents: nobody calls ${path}`);
  const name = procedure ? `${kind}.${procedure.name}` : operationId(operation);
  const errors = new Set([...(procedure?.errors ?? OF_BACKENDS), ...(server?.errors ?? [])]);
  return {
    operationId: name,
    tags: [kind ?? 'users'],
    summary: told.summary,
    description: describe(operation),
    security: [...(procedure ? [{ user: [] }] : []), ...(server ? [{ serverKey: [] }] : [])],
    parameters: parametersOf(operation, writer),
    ...(operation.method === 'POST' && { requestBody: bodyOf(operation, writer) }),
    responses: {
      200: answerOf(operation, writer),
      ...refusals([...errors, 'NO_SUCH_PATH', 'METHOD_NOT_ALLOWED']),
    },
    'x-errors': [...errors],
  };
}

/** What users are told, and what more there is to say to backends. */
function describe({ procedure, server }: Operation): string {
  if (!procedure || !server) return (procedure ?? server)?.description ?? '';
  const isAlike = procedure.description === server.description;
  const more = isAlike ? 'With a server key: nobody is asked.' : server.description;
  return `${procedure.description} ${more}`;
}

// How any call that is for backends alone may be refused, and whoever has no key of theirs: no policy is asked.
const OF_BACKENDS = COMMON_ERRORS.filter((code) => code !== 'AUTHORIZE_TIMEOUT');

function operationId({ path }: Operation): string {
  return path.replace(/^\/api\/|\{\w+\}\//g, '').replaceAll('/', '.');
}

/** What an input looks like to whoever calls as a user, and as a backend, where they differ. */
function inputsOf({ procedure, server }: Operation, { parts, components }: Writer): JsonSchema[] {
  const inputs = new Set([procedure?.input, server?.input].filter((input) => input !== undefined));
  return [...inputs].map((input) => components[parts.schemas.nameOf(input)] ?? {});
}

function parametersOf(operation: Operation, writer: Writer): JsonSchema[] {
  const { method, param, procedure, server } = operation;
  const [input = {}] = inputsOf(operation, writer);
  const fields = propertiesOf(input);
  const inPath = param
    ? [{ name: param, in: 'path', required: true, schema: fields[param] ?? { type: 'string' } }]
    : [];
  const required = requiredOf(input);
  const inQuery = Object.entries(method === 'GET' ? fields : {})
    .filter(([name]) => name !== param)
    .map(([name, { description, ...schema }]) => ({
      name,
      in: 'query',
      required: required.includes(name),
      ...(typeof description === 'string' && { description }),
      schema,
    }));
  const takesKey = procedure?.takesKey ?? server?.takesKey ?? false;
  return [
    ...inPath,
    ...inQuery,
    ...(takesKey ? [KEY_HEADER] : []),
    ...(procedure?.type === 'subscription' ? [RESUME_HEADER] : []),
  ];
}

const KEY_HEADER = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'In place of `idempotencyKey` of the body. A repeat gives the first answer again.',
  schema: { type: 'string', maxLength: 130 },
};

const RESUME_HEADER = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'Where to go on: the `id` of the last event that came.',
  schema: { type: 'string', maxLength: 128 },
};

function bodyOf(operation: Operation, writer: Writer): JsonSchema {
  const { param, procedure, server } = operation;
  const forms = inputsOf(operation, writer).map((form) =>
    param === undefined ? form : withoutField(form, param),
  );
  const [only = { type: 'object' }, ...others] = forms;
  const given = (procedure ?? server)?.example.input;
  const { [param ?? '']: _, ...fields } = (given ?? {}) as Record<string, unknown>;
  const schema = others.length === 0 ? only : { anyOf: forms };
  return { required: true, content: json(schema, given === undefined ? given : fields) };
}

function answerOf({ procedure, server }: Operation, { parts }: Writer): JsonSchema {
  const told = procedure ?? server;
  const { output, example } = told ?? {};
  // What users get first, and what backends get where that is something else.
  const outputs = new Set([output, server?.output].filter((one) => one !== undefined));
  const forms = [...outputs].map((one) => ref(parts.schemas.nameOf(one)));
  const [only = { type: 'object', maxProperties: 0 }, ...others] = forms;
  const schema = others.length === 0 ? only : { anyOf: forms };
  if (procedure?.type !== 'subscription') {
    return { description: 'Done.', content: json(schema, output ? example?.output : {}) };
  }
  const { frames } = parts.kinds.find(({ frame }) => frame === output) ?? {};
  const lines = (frames ?? [])
    .slice(0, 2)
    .filter((frame) => frame.example !== undefined)
    .map((frame) => `id: …\ndata: ${JSON.stringify(frame.example)}\n\n`);
  return {
    description:
      'Events without end. `id` is what `Last-Event-ID` takes; `data` is JSON of the schema in `x-data`. An event named ' +
      '`problem` says why the stream ends with an error; a comment keeps it awake every 15 s.',
    content: {
      'text/event-stream': {
        schema: { type: 'string' },
        'x-data': schema,
        example: lines.join(''),
      },
    },
  };
}

function problemResponses(): Record<string, JsonSchema> {
  const rows = describeErrors();
  const statuses = [...new Set(rows.map(({ http }) => http))].toSorted((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [status, problemResponse(rows.filter(({ http }) => http === status))]),
  );
}

/** The answer of one status: whatever error of it there is. */
function problemResponse(rows: readonly ErrorDescription[]): JsonSchema {
  const description = rows.map(({ code, advice }) => `\`${code}\`: ${advice}`).join('\n\n');
  const mayPass = rows.some(({ retryable }) => retryable);
  const headers = { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } };
  const [example] = rows.map(problemExample);
  return {
    description,
    ...(mayPass && { headers }),
    content: { 'application/problem+json': { schema: ref('Problem'), example } },
  };
}

function problemExample({ code, http, advice, retryable }: ErrorDescription): JsonSchema {
  const type = `/docs/errors#${code}`;
  return { type, title: code, status: http, detail: advice, reason: code, retryable, advice };
}
