import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startServer } from '../kit/clients.ts';

describe('bad upgrades', () => {
  const request = async (url: string, head: string): Promise<string> => {
    const { port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(head));
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('end', () => resolve(text.split('\r\n')[0] ?? ''));
      socket.on('error', reject);
    });
  };
  const upgrade = (target: string, more: string) =>
    `GET ${target} HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n\r\n`;

  it.each([
    ['a malformed Host', '/trpc', 'Host: [', 400],
    ['no authority', '//', 'Host: localhost', 400],
    ['another path', '/elsewhere', 'Host: localhost', 404],
    ['a foreign origin', '/trpc', 'Host: localhost\r\nOrigin: https://evil.example', 403],
    ['the origin null', '/trpc', 'Host: localhost\r\nOrigin: null', 403],
  ])('[TRN5] refuses %s before the 101', async (_, target, head, status) => {
    const server = await startServer();
    expect(await request(server.url, upgrade(target, head))).toContain(` ${status} `);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });
});
