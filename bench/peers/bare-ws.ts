import { once } from 'node:events';
import { WebSocketServer, type WebSocket } from 'ws';
import { z } from 'zod';
import type { SubjectServer } from '../subject-server.ts';
import { createBroadcasts, sendInput } from './broadcast.ts';
import { closeServer, urlOf } from './listening.ts';

const request = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello') }),
  z.object({ type: z.literal('follow'), room: z.string() }),
  z.object({ type: z.literal('send'), input: z.unknown() }),
]);

/** What a team writes by hand on a first day: validate, stringify once, loop over `send`. */
export async function startBareWs(): Promise<SubjectServer> {
  const wss = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  const rooms = new Map<string, Set<WebSocket>>();
  const broadcastOf = createBroadcasts();

  wss.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', (data: Buffer) => {
      const message = request.parse(JSON.parse(data.toString()));
      if (message.type === 'follow') follow(socket, message.room);
      else if (message.type === 'send') send(message.input);
    });
    socket.on('close', () => {
      for (const members of rooms.values()) members.delete(socket);
    });
  });

  function follow(socket: WebSocket, room: string): void {
    const members = rooms.get(room) ?? new Set();
    rooms.set(room, members.add(socket));
    socket.send('{"type":"following"}');
  }

  function send(input: unknown): void {
    const sent = sendInput.parse(input);
    const text = JSON.stringify({ type: 'event', event: broadcastOf(sent) });
    for (const socket of rooms.get(sent.room) ?? []) {
      if (socket.readyState === socket.OPEN) socket.send(text);
    }
  }

  await once(wss, 'listening');
  return { url: urlOf(wss.address()), close: () => closeServer(wss) };
}
