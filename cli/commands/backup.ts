import { backupLog } from '../../server/index.ts';
import { defineCommand } from '../command.ts';
import { counted } from '../counted.ts';
import { usageError } from '../failure.ts';

/** `trpc-rooms backup`: copies the log into one file, while the server runs. */
export const backup = defineCommand(
  {
    name: 'backup',
    summary: 'Copy the log of a data directory into one file; the server may go on.',
    args: [],
    options: {
      'data-dir': {
        value: 'DIR',
        default: './data',
        env: 'DATA_DIR',
        says: 'the data directory of the server',
      },
      out: { value: 'FILE', says: 'where to; a file that is there is replaced (required)' },
      json: { says: 'print { file, rooms, events } as JSON' },
    },
    examples: ['trpc-rooms backup --data-dir ./data --out /backups/rooms.db'],
  },
  async ({ values }, { stdout }) => {
    const { out: file } = values;
    if (file === undefined) throw usageError('backup needs --out: a file to write', 'backup');
    const { rooms, events } = await backupLog(values['data-dir'], file);
    const line = `${file}: ${counted(events, 'event')} of ${counted(rooms, 'room')}, each read and checked`;
    stdout.write(`${values.json ? JSON.stringify({ file, rooms, events }) : line}\n`);
    return 0;
  },
);
