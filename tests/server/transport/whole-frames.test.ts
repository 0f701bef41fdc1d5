import fc from 'fast-check';
import type { IncomingMessage } from 'node:http';
import { duplexPair, type Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { systemClock } from '../../../server/clock.ts';
import { MessageDeadline } from '../../../server/transport/ws/message-deadline.ts';
import { SharedReads } from '../../../server/transport/ws/shared-reads.ts';
import { WholeFrames } from '../../../server/transport/ws/whole-frames.ts';
import { clientFrame, maskedWith, OPCODE } from '../../kit/client-frames.ts';
import { settle } from '../../kit/settle.ts';
import { tcpPair } from '../../kit/tcp-pair.ts';
import { waitFor } from '../../kit/wait-for.ts';

const MOST = 1_000;
const KEY = 'AAAAAAAAAAAAAAAAAAAAAA==';

/** Two ends of a stream. */
interface Ends {
  readonly client: Duplex;
  readonly server: Duplex;
  /** Resolves when so many bytes were read. */
  readonly isRead: (bytes: number) => Promise<unknown>;
}

function streamEnds(): Ends {
  const [client, server] = duplexPair();
  return { client, server, isRead: settle };
}

async function tcpEnds(): Promise<Ends> {
  const { client, accepted: server } = await tcpPair();
  const isRead = async (bytes: number) => {
    await waitFor(() => expect(server.destroyed || server.bytesRead === bytes).toBe(true));
    await settle();
  };
  return { client, server, isRead };
}

/** A server's socket whose other end is in the test's hands, and what is told of it. */
function opened(read: (ws: WebSocket, socket: Duplex) => void, ends: Ends) {
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: MOST,
    perMessageDeflate: false,
  });
  const { client, server, isRead } = ends;
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': KEY,
    'sec-websocket-version': '13',
  };
  // What ws reads of a request.
  const request = { method: 'GET', headers, socket: server } as unknown as IncomingMessage;
  const told: string[] = [];
  let sent = Buffer.alloc(0);
  client.on('data', (bytes: Buffer) => (sent = Buffer.concat([sent, bytes])));
  const open: { ws?: WebSocket } = {};
  wss.handleUpgrade(request, server, Buffer.alloc(0), (ws) => {
    open.ws = ws;
    read(ws, server);
    ws.on('message', (data: Buffer, isBinary) => told.push(`${isBinary} ${data.toString('hex')}`));
    ws.on('error', (error) => told.push(`error ${error.message}`));
    ws.on('ping', (data) => told.push(`ping ${data.toString('hex')}`));
    ws.on('close', (code, reason) => told.push(`close ${code} ${reason.toString()}`));
  });
  let fed = 0;
  /** What is said must have been read when it has settled. */
  const feed = async (chunk: Buffer) => {
    client.write(Buffer.from(chunk));
    fed += chunk.length;
    await isRead(fed);
  };
  const end = async () => {
    client.end();
    await settle();
    client.destroy();
    await settle();
    return { told, sent: sent.toString('latin1').replace(/^[^]*?\r\n\r\n/, '') };
  };
  return { feed, end, open, server };
}

const plain = (ends = streamEnds()) => opened(() => {}, ends);
const quick = (ends = streamEnds()) => {
  const deadline = new MessageDeadline({ messageMs: 10_000, clock: systemClock });
  const frames = new WholeFrames({ maxBytes: MOST, deadline, reads: SharedReads.find() });
  return opened((ws, socket) => frames.read(ws, socket), ends);
};

interface Conversation {
  readonly frames: readonly Buffer[];
  /** Where the bytes are cut beside the ends of frames, and which of those ends are no cut. */
  readonly cuts: readonly number[];
  readonly joined: readonly number[];
  readonly closesAfter: number | null;
  /** Is each chunk read before the next one is sent? */
  readonly isPaced: boolean;
}

const payload = fc.oneof(
  fc.string({ maxLength: 130, unit: 'binary' }).map((text) => Buffer.from(text)),
  fc.constantFrom('', 'x'.repeat(125), 'x'.repeat(126), 'x'.repeat(MOST), 'x'.repeat(MOST + 1)),
  fc.constant(Uint8Array.of(0xc3, 0x28)),
);
const mask = fc.uint8Array({ minLength: 4, maxLength: 4 });
const whole = fc.tuple(payload, mask).map(([said, by]) => maskedWith(clientFrame(said), by));
const other = fc
  .record({
    said: payload,
    by: mask,
    opcode: fc.constantFrom(...Object.values(OPCODE), 2, 3, 0x41),
    isFinal: fc.boolean(),
  })
  .map(({ said, by, ...how }) => maskedWith(clientFrame(said, how), by));
const conversation: fc.Arbitrary<Conversation> = fc.record({
  frames: fc.array(fc.oneof({ weight: 4, arbitrary: whole }, { weight: 1, arbitrary: other }), {
    maxLength: 12,
  }),
  cuts: fc.array(fc.nat(3_000), { maxLength: 6 }),
  joined: fc.array(fc.nat(12), { maxLength: 4 }),
  closesAfter: fc.option(fc.nat(12)),
  isPaced: fc.boolean(),
});

function chunksOf({ frames, cuts, joined }: Pick<Conversation, 'frames' | 'cuts' | 'joined'>) {
  const all = Buffer.concat(frames);
  let end = 0;
  const ends = frames.map((frame) => (end += frame.length));
  const kept = ends.filter((_, index) => !joined.includes(index));
  const at = [...new Set([...kept, ...cuts, all.length])].filter((one) => one <= all.length);
  const places = at.toSorted((a, b) => a - b);
  return places.map((place, index) => all.subarray(places[index - 1] ?? 0, place));
}

describe('whole frames', () => {
  it('[TRN1] are told as ws tells them, among all that a client may send, however it is cut', async () => {
    const check = async ({ closesAfter, isPaced, ...talk }: Conversation) => {
      const results = [];
      for (const make of [plain, quick]) {
        const { feed, end, open } = make();
        for (const [index, chunk] of chunksOf(talk).entries()) {
          const isRead = feed(chunk);
          if (isPaced) await isRead;
          if (index === closesAfter) open.ws?.close(4000, 'enough');
        }
        results.push(await end());
      }
      expect(results[1]).toEqual(results[0]);
    };
    await fc.assert(fc.asyncProperty(conversation, check), { numRuns: 300 });
  });

  it('[TRN1] are told so of a TCP socket too, which is read before its stream', async () => {
    const check = async (talk: Pick<Conversation, 'frames' | 'cuts' | 'joined'>) => {
      const results = [];
      for (const make of [plain, quick]) {
        const { feed, end, server } = make(await tcpEnds());
        for (const chunk of chunksOf(talk)) if (server.writable) await feed(chunk);
        results.push((await end()).told);
      }
      expect(results[1]).toEqual(results[0]);
    };
    await fc.assert(fc.asyncProperty(conversation, check), { numRuns: 20 });
  });

  it('are read past ws, and by it where they are none', async () => {
    const { feed, end, open, server } = quick();
    const listeners = () => server.listenerCount('data');
    const asked: string[] = [];
    const receiver = (open.ws as unknown as { _receiver: Duplex })._receiver;
    receiver.on('message', (data: Buffer) => asked.push(data.toString()));
    await feed(clientFrame('whole'));
    expect([asked, listeners()]).toEqual([[], 1]);
    await feed(clientFrame('cut').subarray(0, 4));
    expect(listeners()).toBe(2);
    await feed(clientFrame('cut').subarray(4));
    expect([asked, listeners()]).toEqual([['cut'], 1]);
    await feed(Buffer.concat([clientFrame('two'), clientFrame('at once')]));
    await feed(clientFrame('whole again'));
    expect([asked, listeners()]).toEqual([['cut', 'two', 'at once'], 1]);
    expect((await end()).told.slice(0, -1)).toHaveLength(5);
  });
});
