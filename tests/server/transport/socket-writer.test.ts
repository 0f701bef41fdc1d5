import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { describe, expect, it, vi } from 'vitest';
import { copyOf } from '../../../server/transport/ws/lender.ts';
import { SocketWriter } from '../../../server/transport/ws/socket-writer.ts';
import { TcpWrites } from '../../../server/transport/ws/tcp-writes.ts';
import { tcpPair } from '../../kit/tcp-pair.ts';
import { waitFor } from '../../kit/wait-for.ts';

const chunk = (no: number, bytes: number) => Buffer.alloc(bytes, `${no} `);

/** Writes until the kernel takes no more, and what it is told to on top. */
function fill(writer: SocketWriter): Buffer[] {
  const sent: Buffer[] = [];
  for (let no = 0; no < 1_000; no += 1) {
    const bytes = chunk(no, 65_536);
    sent.push(bytes);
    if (!writer.write(bytes)) return sent;
  }
  throw new Error('the kernel takes everything');
}

function collect(reader: Socket): { bytes: () => Buffer } {
  const chunks: Buffer[] = [];
  reader.on('data', (data: Buffer) => chunks.push(data));
  return { bytes: () => Buffer.concat(chunks) };
}

it('finds the parts of this Node', () => {
  expect(TcpWrites.find()).toBeDefined();
});

describe.each([
  ['past the stream', TcpWrites.find()],
  ['through the stream', undefined],
])('SocketWriter, %s', (_, writes) => {
  it('[TRN3] writes in order to a reader who stops, and tells when there is room again', async () => {
    const { accepted: socket, client: reader } = await tcpPair();
    const onDrain = vi.fn<() => void>();
    const writer = new SocketWriter(socket, writes, onDrain);
    const sent = fill(writer);
    expect(writer.waitingBytes).toBeGreaterThan(0);
    for (let no = 0; no < 20; no += 1) {
      const bytes = chunk(1_000 + no, 100);
      sent.push(bytes);
      expect(writer.write(bytes)).toBe(false);
      // Pings and the like go to the stream by themselves.
      const ping = chunk(2_000 + no, 10);
      sent.push(ping);
      socket.write(ping);
    }
    expect(onDrain).not.toHaveBeenCalled();

    const got = collect(reader);
    const all = Buffer.concat(sent);
    await waitFor(() => expect(got.bytes().length).toBe(all.length), 20_000);
    expect(got.bytes().equals(all)).toBe(true);
    await waitFor(() => expect(writer.waitingBytes).toBe(0));
    expect(onDrain).toHaveBeenCalled();
    expect(writer.write(chunk(0, 100))).toBe(true);
  });

  it('[TRN4] has what is lent kept once, and holds what waits behind it in memory of its own', async () => {
    const { accepted: socket, client: reader } = await tcpPair();
    const writer = new SocketWriter(socket, writes, () => {});
    const sent: Buffer[] = [];
    const kept: Buffer[] = [];
    let lent = Buffer.alloc(65_536);
    // What was kept is used by nobody else: whoever lends takes other memory then.
    const keep = (bytes: Buffer) => {
      kept.push(bytes);
      lent = Buffer.alloc(bytes.length);
    };
    for (let no = 0; writer.waitingBytes < 2 ** 20; no += 1) {
      sent.push(chunk(no, lent.length));
      lent.set(sent.at(-1) ?? []);
      writer.write(lent, { keep, copyOf });
    }
    // A stream has a copy of everything.
    expect(kept).toHaveLength(writes ? 1 : 0);
    lent.fill('lent to others');
    const got = collect(reader);
    const all = Buffer.concat(sent);
    await waitFor(() => expect(got.bytes().length).toBe(all.length), 20_000);
    expect(got.bytes().equals(all)).toBe(true);
  });

  it('[TRN1] lets a socket that may have a time limit know what is written, as long as it has one', async () => {
    const { accepted: socket } = await tcpPair();
    const written = vi.spyOn(socket, 'write');
    const writer = new SocketWriter(socket, writes, () => {});
    const alone = new SocketWriter(socket, writes, () => {}, false);
    for (const one of [writer, alone]) one.write(chunk(0, 100));
    const before = written.mock.calls.length;
    socket.setTimeout(60_000);
    writer.write(chunk(1, 100));
    expect(written).toHaveBeenCalledTimes(before + 1);
    await waitFor(() => expect(socket.writableLength).toBe(0));
    alone.write(chunk(2, 100));
    expect(written).toHaveBeenCalledTimes(writes ? before + 1 : before + 2);
    socket.setTimeout(0);
    writer.write(chunk(3, 100));
    expect(written).toHaveBeenCalledTimes(writes ? before + 1 : before + 3);
  });

  it('[TRN4] counts what the kernel has not taken', async () => {
    const { accepted: socket } = await tcpPair();
    const writer = new SocketWriter(socket, writes, () => {});
    fill(writer);
    const before = writer.waitingBytes;
    writer.write(chunk(0, 5_000));
    expect(writer.waitingBytes).toBe(before + 5_000);
  });

  it('gives up a connection that is reset while something waits', async () => {
    const { accepted: socket, client: reader } = await tcpPair();
    const onDrain = vi.fn<() => void>();
    const writer = new SocketWriter(socket, writes, onDrain);
    fill(writer);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    reader.resetAndDestroy();
    await closed;
    expect(onDrain).not.toHaveBeenCalled();
    expect(() => writer.write(chunk(0, 100))).not.toThrow();
  });

  it('closes a connection behind everything that was written', async () => {
    const { accepted: socket, client: reader } = await tcpPair();
    const writer = new SocketWriter(socket, writes, () => {});
    const sent = Buffer.concat(fill(writer));
    socket.end();
    const got = collect(reader);
    await once(reader, 'end');
    expect(got.bytes().equals(sent)).toBe(true);
  });
});

/** What lies under a socket, as far as it is written to: it takes what the test says. */
class HandTcp {
  queued = 0;
  readonly requests: { oncomplete?: (status: number) => void }[] = [];

  get writeQueueSize(): number {
    return this.queued;
  }

  writeBuffer(request: { oncomplete?: (status: number) => void }, bytes: Uint8Array): number {
    this.requests.push(request);
    this.queued += bytes.length;
    return 0;
  }
}

it('[TRN4] takes the end of one write for no other, though it is told late', () => {
  const parts = { TCP: HandTcp, WriteWrap: Object, streamBaseState: [1], kLastWriteWasAsync: 0 };
  const tcp = new HandTcp();
  const stream = new Duplex({ read: () => {}, write: () => {} });
  const socket = Object.assign(stream, { _handle: tcp }) as unknown as Socket;
  const writer = new SocketWriter(
    socket,
    TcpWrites.find(() => parts),
    () => {},
  );
  writer.write(chunk(0, 100));
  expect(writer.waitingBytes).toBe(100);
  tcp.queued = 0;
  writer.write(chunk(1, 50));
  tcp.requests[0]?.oncomplete?.(0);
  expect(writer.waitingBytes).toBe(50);
});

describe('TcpWrites', () => {
  it('writes past no stream that changes the bytes', async () => {
    const { accepted: socket } = await tcpPair();
    const writes = TcpWrites.find();
    expect(writes?.handleOf(socket)).toBeDefined();
    expect(writes?.handleOf(new TLSSocket(socket, { isServer: true }))).toBeUndefined();
  });

  it.each([
    ['lets at nothing', () => expect.fail('denied')],
    ['has no such parts', () => ({})],
    [
      'has others',
      () => ({ TCP: Map, WriteWrap: Map, streamBaseState: {}, kLastWriteWasAsync: 3 }),
    ],
  ])('is not there where Node %s', (_, binding) => {
    expect(TcpWrites.find(binding)).toBeUndefined();
  });
});
