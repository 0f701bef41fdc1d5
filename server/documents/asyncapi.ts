import { describeLimits } from '../description/limit-rows.ts';
import type { ProcedureDescription } from '../description/procedure.ts';
import { DELIVERY, describeCloseCodes, describeErrors, RECONNECT } from '../description/tables.ts';
import { contractSchemas } from './contract-schemas.ts';
import type { DocumentParts } from './document-parts.ts';
import type { JsonSchema, SchemaStyle } from './json-schemas.ts';
import { messagesOf, SHARED_MESSAGES, type Messages } from './messages.ts';
import { wireSchemas } from './wire-schemas.ts';

const STYLE: SchemaStyle = {
  dialect: 'draft-07',
  refs: '#/components/schemas/',
  isEnveloped: true,
};

const CHANNEL = { $ref: '#/channels/trpc' };

const ABOUT = `The contract over one WebSocket, from the side of the server: it receives calls and answers them, and a subscription is
answered again and again. Frames are tRPC's: JSON text. Input and output stand in superjson's envelope \`{ json, meta }\`.

Open the socket with \`?connectionParams=1\` and send \`connectionParams\` first. A frame may be an array of calls. Ids are
the client's; an answer carries the id of its call. Each frame of a stream is tracked: give the \`id\` of the last one back as
\`lastEventId\` of the input to go on after it. Text frames \`PING\` and \`PONG\`, without quotes, keep the connection awake: whoever
gets the first sends the second. \`{"id":null,"method":"reconnect"}\` from the server asks for another connection.`;

/** Writes the WebSocket down as AsyncAPI 3.1. */
export function asyncApi(parts: DocumentParts): JsonSchema {
  const { title, version, kinds } = parts;
  const messages: Messages = { ...SHARED_MESSAGES };
  const operations: Record<string, JsonSchema> = { ...CONNECTION };
  for (const { kind, procedures } of kinds) {
    for (const procedure of procedures) {
      const { request, replies } = messagesOf(kind.name, procedure, parts);
      Object.assign(messages, request, replies);
      const answers = [...Object.keys(replies), ...repliesTo(procedure)];
      operations[`${kind.name}.${procedure.name}`] = {
        action: 'receive',
        channel: CHANNEL,
        summary: procedure.summary,
        description: procedure.description,
        tags: [{ name: kind.name }],
        messages: Object.keys(request).map(refTo),
        reply: { channel: CHANNEL, messages: answers.map(refTo) },
        'x-errors': procedure.errors,
      };
    }
  }
  const schemas = { ...contractSchemas(parts, STYLE), ...wireSchemas(refToSchema) };
  return {
    asyncapi: '3.1.0',
    info: { title, version, description: ABOUT, license: { name: 'MIT' } },
    defaultContentType: 'application/json',
    servers: {
      rooms: {
        host: 'localhost:3000',
        protocol: 'ws',
        description: 'Wherever the server listens; `wss` behind TLS.',
        security: [{ $ref: '#/components/securitySchemes/token' }],
      },
    },
    channels: { trpc: { address: '/trpc', title: 'The WebSocket', messages: { ...messages } } },
    operations,
    components: {
      schemas,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'In `connectionParams { token }`, or as `Authorization: Bearer` of the upgrade.',
        },
      },
    },
    'x-errors': describeErrors().filter(({ trpc }) => trpc !== undefined),
    'x-close-codes': describeCloseCodes(),
    'x-reconnect': RECONNECT,
    'x-delivery-classes': DELIVERY,
    'x-limits': describeLimits(),
  };
}

// What belongs to the connection and to no call.
const CONNECTION: Readonly<Record<string, JsonSchema>> = {
  connect: {
    action: 'receive',
    channel: CHANNEL,
    summary: 'Say who one is',
    messages: [refTo('connectionParams')],
  },
  stop: {
    action: 'receive',
    channel: CHANNEL,
    summary: 'Stop a subscription',
    messages: [refTo('stop')],
    reply: { channel: CHANNEL, messages: [refTo('stopped')] },
  },
  reconnect: {
    action: 'send',
    channel: CHANNEL,
    summary: 'Ask for another connection',
    messages: [refTo('reconnect')],
  },
};

function refTo(message: string): JsonSchema {
  return { $ref: `#/channels/trpc/messages/${message}` };
}

function refToSchema(name: string): JsonSchema {
  return { $ref: `${STYLE.refs}${name}` };
}

function repliesTo({ type }: ProcedureDescription): string[] {
  return type === 'subscription' ? ['started', 'stopped', 'error'] : ['error'];
}
