import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SharedReads } from '../../../server/transport/ws/shared-reads.ts';
import { tcpPair } from '../../kit/tcp-pair.ts';
import { waitFor } from '../../kit/wait-for.ts';

function found(): SharedReads {
  const reads = SharedReads.find();
  if (!reads) throw new Error('this Node has other sockets');
  return reads;
}

describe('SharedReads', () => {
  it('tells of what each of two sockets reads, from the same memory', async () => {
    const reads = found();
    const pairs = [await tcpPair(), await tcpPair()];
    const heard: string[][] = [];
    const memory = new Set<ArrayBufferLike>();
    for (const { accepted } of pairs) {
      const own: string[] = [];
      heard.push(own);
      reads.read(accepted, (length, bytes) => {
        memory.add(bytes.buffer);
        own.push(bytes.toString('latin1', 0, length));
        return true;
      });
      accepted.resume();
    }
    for (const [no, { client }] of pairs.entries()) client.write(`hello ${no}`);
    await waitFor(() => expect(heard).toEqual([['hello 0'], ['hello 1']]));
    expect(memory.size).toBe(1);
  });

  it('reads as much as is sent, in order, and lets what is pushed go through the stream', async () => {
    const { accepted, client } = await tcpPair();
    const passed: Buffer[] = [];
    const through: Buffer[] = [];
    let no = 0;
    accepted.on('data', (chunk: Buffer) => through.push(chunk));
    found().read(accepted, function read(length, bytes) {
      const copy = Buffer.from(bytes.subarray(0, length));
      passed.push(copy);
      no += 1;
      return no % 2 === 0 || this.push(copy);
    });
    const sent = Buffer.alloc(2 ** 20, 'what is sent ');
    client.end(sent);
    await waitFor(() => expect(accepted.readableEnded).toBe(true));
    expect(Buffer.concat(passed).equals(sent)).toBe(true);
    expect(through.length).toBe(Math.ceil(passed.length / 2));
  });

  it('waits while the stream is paused', async () => {
    const { accepted, client } = await tcpPair();
    const heard: string[] = [];
    found().read(accepted, (length, bytes) => {
      heard.push(bytes.toString('latin1', 0, length));
      return true;
    });
    accepted.resume();
    client.write('one');
    await waitFor(() => expect(heard).toEqual(['one']));
    accepted.pause();
    await new Promise((resolve) => client.write('two', resolve));
    for (let turn = 0; turn < 20; turn += 1) await new Promise((next) => setImmediate(next));
    expect(heard).toEqual(['one']);
    accepted.resume();
    await waitFor(() => expect(heard).toEqual(['one', 'two']));
  });

  it('is not there where sockets look otherwise', () => {
    expect(SharedReads.find({})).toBeUndefined();
  });

  it('leaves a socket alone that has nothing under it, or is read so by somebody else', async () => {
    const { accepted } = await tcpPair();
    const reads = found();
    expect(reads.read(new Socket(), () => true)).toBe(false);
    expect(reads.read(accepted, () => true)).toBe(true);
    expect(reads.read(accepted, () => true)).toBe(false);
  });
});
