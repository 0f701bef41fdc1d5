import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { toRoomError } from '../../client/index.ts';
import type { Ack } from '../../shared/index.ts';
import { defineCommand, type Context } from '../command.ts';
import { connect, connectionOptions, nameOption, type ChatClient } from '../connect.ts';
import { CliError, EXIT, failureOf, interrupted } from '../failure.ts';
import { parseAboveZero } from '../numbers.ts';
import { retry, type Patience } from '../retry.ts';
import { checkRoom } from '../room-argument.ts';

/** `trpc-rooms send`: sends messages. */
export const send = defineCommand(
  {
    name: 'send',
    summary: 'Send a message to a room, or each line of standard input, and print where it stands.',
    args: [
      { name: 'ROOM', says: 'the id of the room' },
      {
        name: 'TEXT',
        says: 'the message; without it or with - each line of standard input',
        isOptional: true,
      },
    ],
    options: {
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
    ],
  },
  async ({ values, args: [room = '', text] }, context) => {
    checkRoom(room, 'send');
    const patienceMs = parseAboveZero('patience', values.patience) * 1000;
    const rooms = await connect(values);
    const deliver = async (message: string) => {
      const ack = await sendOnce(rooms, room, message, { patienceMs, signal: context.signal });
      context.stdout.write(`${values.json ? JSON.stringify(ack) : ack.position}\n`);
    };
    try {
      if (text !== undefined && text !== '-') await deliver(text);
      else await sendLines(context, deliver);
      return EXIT.ok;
    } finally {
      rooms.close();
    }
  },
);

/** Sends one message, and again under the same key while the failure is one that passes (SND1). */
async function sendOnce(
  rooms: ChatClient,
  room: string,
  text: string,
  patience: Patience,
): Promise<Ack> {
  const idempotencyKey = randomUUID();
  return retry(async () => {
    const { current } = rooms.connection;
    if (current.state === 'stopped' && current.error) throw current.error;
    try {
      return await rooms.trpc.chat.send.mutate({ room, text, idempotencyKey });
    } catch (error) {
      // Read anew: the connection may have ended while the call waited.
      const now = rooms.connection.current;
      throw (now.state === 'stopped' && now.error) || toRoomError(error);
    }
  }, patience);
}

/** One after the other, so that the room has them in the order of the lines. */
async function sendLines(
  context: Context,
  deliver: (text: string) => Promise<void>,
): Promise<void> {
  const { stdin, stderr, signal } = context;
  if (stdin.isTTY) stderr.write('Each line is a message; Ctrl-D ends.\n');
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
