// A client in a process of its own that reaches no server: publishes what it is told, all in one turn, and stays until it is
// killed.
import { createRooms } from '../../client/index.ts';
import { fileStorage } from '../../client/node/file-storage.ts';
import { chat } from '../../shared/index.ts';

const [, , token = '', dir = '', ...texts] = process.argv;
const storage = fileStorage(dir);
const rooms = createRooms({ chat }, { url: 'ws://127.0.0.1:9', token, outbox: { storage } });
const room = rooms.chat.join('r', { onGap: 'reload' });
for (const text of texts) void room.send({ text });
while ((await storage.list('')).length < texts.length) {
  await new Promise((resolve) => setTimeout(resolve, 5));
}
process.stdout.write('kept\n');
