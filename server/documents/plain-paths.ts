import type { ErrorCode } from '../../shared/index.ts';
import type { JsonSchema } from './json-schemas.ts';
import { refusals } from './refusals.ts';

// What every request may be refused with, whatever it asks for.
const guarded = refusals(['MALFORMED_REQUEST', 'REQUEST_REFUSED', 'METHOD_NOT_ALLOWED']);

const OF_GUESTS: readonly ErrorCode[] = [
  'BAD_INPUT',
  'TOKEN_REFUSED',
  'TOKEN_EXPIRED',
  'FORBIDDEN',
  'TOO_LARGE',
  'TOO_MANY_CONNECTIONS',
  'INTERNAL',
];

const plain = (
  operationId: string,
  summary: string,
  responses: Readonly<Record<string, unknown>>,
  more: object = {},
): JsonSchema => ({ operationId, tags: ['server'], summary, security: [], responses, ...more });

const says = (
  description: string,
  properties: Readonly<Record<string, unknown>>,
  example: unknown,
) => ({
  description,
  content: {
    'application/json': {
      schema: { type: 'object', properties, required: Object.keys(properties) },
      example,
    },
  },
});

const text = { type: 'string' };
const person = { type: 'object', properties: { id: text, name: text }, required: ['id', 'name'] };

/** What the server answers beside the contract. */
export const plainPaths: Readonly<Record<string, JsonSchema>> = {
  '/api/guest': {
    post: plain(
      'guest',
      'Enter as a guest, where guests are welcome; with a guest’s token: rename oneself',
      {
        200: says(
          'A token of 30 days.',
          { token: text, user: person },
          {
            token: 'eyJ…',
            user: { id: 'guest-1', name: 'Ada' },
          },
        ),
        ...refusals([...OF_GUESTS, 'NO_SUCH_PATH', 'METHOD_NOT_ALLOWED']),
      },
      {
        'x-errors': OF_GUESTS,
        security: [{}, { user: [] }],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: { name: { ...text, description: 'A display name.' } },
                required: ['name'],
                additionalProperties: false,
              },
              example: { name: 'Ada' },
            },
          },
        },
      },
    ),
  },
  '/healthz': {
    get: plain('healthz', 'Is the process alive?', {
      200: says('It is.', { status: text }, { status: 'alive' }),
      ...guarded,
    }),
  },
  '/readyz': {
    get: plain('readyz', 'Can requests be served?', {
      200: says('They can.', { status: text }, { status: 'ready' }),
      ...guarded,
      503: says(
        'Not now.',
        { status: text, reason: text },
        { status: 'not ready', reason: 'restarting' },
      ),
    }),
  },
};
