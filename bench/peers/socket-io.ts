import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import type { SubjectServer } from '../subject-server.ts';
import { createBroadcasts, sendInput } from './broadcast.ts';
import { urlOf } from './listening.ts';

/** Socket.IO as its documentation has it: join a room, validate, emit to the room. Its WebSocket
 *  transport alone, so that no client begins by polling. */
export async function startSocketIo(): Promise<SubjectServer> {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], serveClient: false });
  const broadcastOf = createBroadcasts();

  io.on('connection', (socket) => {
    socket.on('follow', async (room: string) => {
      await socket.join(room);
      socket.emit('following');
    });
    socket.on('send', (input: unknown) => {
      const sent = sendInput.parse(input);
      io.to(sent.room).emit('message', { type: 'event', event: broadcastOf(sent) });
    });
  });

  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return { url: urlOf(http.address()), close: () => io.close() };
}
