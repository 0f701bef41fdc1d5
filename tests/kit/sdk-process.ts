// A client in a process of its own: joins the room that it is told and stays until it is killed.
import { createRooms } from '../../client/index.ts';
import { chat } from '../../shared/index.ts';

const [, , url = '', token = '', room = ''] = process.argv;
const rooms = createRooms({ chat }, { url, token });
await rooms.chat.join(room, { onGap: 'reload' }).ready;
process.stdout.write('joined\n');
