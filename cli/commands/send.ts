import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { chat } from '../../shared/index.ts';
import { defineCommand, type Context } from '../command.ts';
import { connect, connectionOptions, enter, nameOption } from '../connect.ts';
import { CliError, EXIT, failureOf, interrupted, usageError } from '../failure.ts';
import { createJsonPublisher } from '../json-publisher.ts';
import {
  failureOfKind,
  kindNamed,
  kindOption,
  type Publication,
  type Publisher,
  type Sent,
} from '../kind-client.ts';
import { parseAboveZero } from '../numbers.ts';
import { retry, type Patience } from '../retry.ts';
import { checkRoom } from '../room-argument.ts';

/** `trpc-rooms send`: sends messages, or other events. */
export const send = defineCommand(
  {
    name: 'send',
    summary:
      'Send a message or another event to a room, or each line of standard input, and print where it stands.',
    args: [
      { name: 'ROOM', says: 'the id of the room' },
      {
        name: 'TEXT',
        says:
          'the message, or with --type the data of the event as JSON, as REST takes it (dates and ' +
          'bigints as text); without it or with - each line of standard input',
        isOptional: true,
      },
    ],
    options: {
      ...kindOption,
      type: {
        value: 'TYPE',
        says: 'the event to publish (default: a message of chat)',
      },
      patience: {
        value: 'SECONDS',
        default: '30',
        says: 'how long to try again while the server is away',
      },
      ...connectionOptions,
      ...nameOption,
    },
    examples: [
      'trpc-rooms send general "hello, room"',
      'tail -f build.log | trpc-rooms send builds',
      `trpc-rooms send plans --kind board --type note '{"text":"hi"}'`,
    ],
  },
  async ({ values, args: [room = '', text] }, context) => {
    checkRoom(room, 'send');
    const kind = kindNamed(values.kind, 'send');
    const { type, dataOf, publisherOf } = eventOf(values);
    const patienceMs = parseAboveZero('patience', values.patience) * 1000;
    const isOne = text !== undefined && text !== '-';
    // What cannot be sent is told before a server is asked.
    const only = isOne ? dataOf(text) : undefined;
    const rooms = publisherOf(kind, await enter(values));
    const deliver = async (data: unknown) => {
      const patience = { patienceMs, signal: context.signal };
      const ack = await sendOnce(rooms, { room, type, data }, patience).catch((error: unknown) => {
        throw failureOfKind(error, kind);
      });
      context.stdout.write(`${values.json ? JSON.stringify(ack) : ack.position}\n`);
    };
    try {
      if (isOne) await deliver(only);
      else await sendLines(context, values.type, async (line) => deliver(dataOf(line)));
      return EXIT.ok;
    } finally {
      rooms.close();
    }
  },
);

/** Which event is published, its data by what was written, and what publishes it. @throws CliError of exit code 2 */
function eventOf({ kind, type }: { readonly kind: string; readonly type: string | undefined }) {
  if (type !== undefined) return { type, dataOf: parseData, publisherOf: createJsonPublisher };
  if (kind === chat.name) {
    return { type: 'message', dataOf: (text: string) => ({ text }), publisherOf: connect };
  }
  throw usageError(`rooms of kind ${kind} need --type, and data as JSON`, 'send');
}

function parseData(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageError(`with --type the data is JSON: ${why}`, 'send');
  }
}

/** Publishes one event, and again under the same key while the failure is one that passes (SND1). */
async function sendOnce(
  rooms: Publisher,
  event: Omit<Publication, 'idempotencyKey'>,
  patience: Patience,
): Promise<Sent> {
  const idempotencyKey = randomUUID();
  return retry(() => rooms.publish({ ...event, idempotencyKey }), patience);
}

/** One after the other, so that the room has them in the order of the lines. */
async function sendLines(
  context: Context,
  type: string | undefined,
  deliver: (line: string) => Promise<void>,
): Promise<void> {
  const { stdin, stderr, signal } = context;
  const what = type === undefined ? 'a message' : `the data of ${type} as JSON`;
  if (stdin.isTTY) stderr.write(`Each line is ${what}; Ctrl-D ends.\n`);
  const lines = createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY, signal });
  let number = 0;
  try {
    for await (const line of lines) {
      number += 1;
      if (line.trim() === '') continue;
      await deliver(line).catch((error: unknown) => {
        throw atLine(number, error);
      });
    }
  } finally {
    lines.close();
    stdin.pause();
  }
  if (signal.aborted) throw interrupted(signal);
}

function atLine(number: number, error: unknown): CliError {
  const { message, ...told } = failureOf(error);
  return new CliError(`line ${number}: ${message}`, { ...told, cause: error });
}
