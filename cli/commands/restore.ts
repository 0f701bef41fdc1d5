import { restoreLog } from '../../server/index.ts';
import { defineCommand } from '../command.ts';
import { counted } from '../counted.ts';
import { usageError } from '../failure.ts';

/** `trpc-rooms restore`: puts a backup into a data directory, under a new epoch. */
export const restore = defineCommand(
  {
    name: 'restore',
    summary: 'Put a backup into a data directory that no server uses; a new epoch begins.',
    args: [],
    options: {
      from: { value: 'FILE', says: 'a file made by `backup` (required)' },
      'data-dir': {
        value: 'DIR',
        default: './data',
        env: 'DATA_DIR',
        says: 'where to; created when missing',
      },
      replace: { says: 'put aside the log that is there, into a directory beside the new one' },
      json: { says: 'print { dir, rooms, events, replaced } as JSON' },
    },
    examples: ['trpc-rooms restore --from /backups/rooms.db --data-dir ./data'],
  },
  async ({ values }, { stdout }) => {
    const { from: file, 'data-dir': dir } = values;
    if (file === undefined) throw usageError('restore needs --from: a backup', 'restore');
    const { rooms, events, replaced } = restoreLog(file, dir, { replace: values.replace });
    const kept = replaced === undefined ? '' : `\nwhat was there is in ${replaced}`;
    const text = `${dir}: ${counted(events, 'event')} of ${counted(rooms, 'room')}, under a new epoch${kept}`;
    stdout.write(`${values.json ? JSON.stringify({ dir, rooms, events, replaced }) : text}\n`);
    return 0;
  },
);
