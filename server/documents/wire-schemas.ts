import { describeErrors } from '../description/tables.ts';
import type { JsonSchema } from './json-schemas.ts';

// The envelope of tRPC and superjson, and what errors are in it: no zod schema of ours stands behind these.

const object = (
  description: string,
  properties: Readonly<Record<string, unknown>>,
  required: readonly string[] = Object.keys(properties),
): JsonSchema => ({ type: 'object', description, properties, required });

const text = (description: string): JsonSchema => ({ type: 'string', description });

const codes = (isOfCalls: boolean) =>
  describeErrors().flatMap(({ code, trpc }) => (isOfCalls && trpc === undefined ? [] : [code]));

const issues: JsonSchema = {
  type: 'array',
  description:
    'With BAD_INPUT, where an input does not meet its schema: what is wrong, field by field; at most ten.',
  items: object('', {
    path: text('Where in the input, with dots.'),
    message: text('What is wrong.'),
  }),
};

const retryAfterMs: JsonSchema = {
  type: 'number',
  description: 'With TOO_MANY: when the same call may pass, in milliseconds from now.',
};

const told = {
  retryable: { type: 'boolean', description: 'May the same call succeed later, unchanged?' },
  advice: text('One sentence on what to do.'),
};

/** The parts of the wire that all documents share, by name. `ref` makes a `$ref` of a name. */
export function wireSchemas(ref: (name: string) => JsonSchema): Record<string, JsonSchema> {
  return {
    RequestId: {
      description: 'Chosen by the client, unique among what is open on its connection.',
      anyOf: [{ type: 'integer' }, { type: 'string', minLength: 1, maxLength: 64 }],
    },
    SuperjsonMeta: {
      type: 'object',
      description:
        "superjson's account of what JSON does not have: by path into `json`, what stands there. It is absent where " +
        'all is plain JSON. `{"values":{"at":["Date"]}}`: the text at `at` is a date.',
      properties: {
        values: {
          description:
            'A tree of annotations: `["Date"]`, `["bigint"]`, `["set"]`, `["map"]`, `["undefined"]` …',
        },
        referentialEqualities: {
          description:
            'Which places hold one object. The server may say so; what it is sent must not.',
        },
        v: { type: 'integer', description: 'How paths are escaped.' },
      },
      examples: [{ values: { at: ['Date'] }, v: 1 }],
    },
    ErrorData: object(
      'What stands in `data` of an error.',
      {
        code: text("tRPC's own name of the error."),
        httpStatus: { type: 'integer' },
        path: text('The procedure.'),
        reason: {
          type: 'string',
          enum: codes(true),
          description: 'The row of the table of errors.',
        },
        ...told,
        retryAfterMs,
        issues,
      },
      ['code', 'httpStatus', 'reason', 'retryable', 'advice'],
    ),
    ErrorShape: object('An error as tRPC sends it.', {
      message: text('What went wrong. Of a fault of the server it gives an id and nothing else.'),
      code: { type: 'integer', description: "tRPC's number of the error." },
      data: ref('ErrorData'),
    }),
    Problem: object(
      'An error over plain HTTP (RFC 9457).',
      {
        type: text('`/docs/errors#CODE`.'),
        title: text('The code.'),
        status: { type: 'integer' },
        detail: text('What went wrong here.'),
        reason: {
          type: 'string',
          enum: codes(false),
          description: 'The row of the table of errors.',
        },
        ...told,
        retryAfterMs,
        issues,
      },
      ['type', 'title', 'status', 'detail', 'reason', 'retryable', 'advice'],
    ),
    ConnectionParams: object(
      'The first message of a connection that was opened with `?connectionParams=1`.',
      {
        method: { const: 'connectionParams' },
        data: object(
          '',
          {
            token: text('Whose connection it is.'),
            sessionId: text(
              'The same on every connection of one client: a new one takes the seats of the old.',
            ),
          },
          [],
        ),
      },
    ),
  };
}
