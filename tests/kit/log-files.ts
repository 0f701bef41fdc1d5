import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry, RoomLog } from '../../server/log/room-log.ts';
import { createSqliteLog } from '../../server/log/sqlite/sqlite-log.ts';
import { retention } from '../contract/room-log-contract.ts';
import { ada, general } from './rooms.ts';

/** The files of a log by name, as they were at one moment. */
export type LogFiles = ReadonlyMap<string, Buffer>;

/** Opens a log. `damage` gets what the operator is told. */
export function openLog(dir: string, damage: string[] = []): Promise<RoomLog> {
  const onDamage = (what: string) => void damage.push(what);
  const ignore = () => {};
  return createSqliteLog({ dir, retention, onDamage, onTrouble: ignore, onError: ignore });
}

/** Something to append: what a user says in `chat/general`. */
export function entry(text: string, more: Partial<Entry> = {}): Entry {
  const data = JSON.stringify({ json: text });
  return { room: general, type: 'message', data, by: ada, at: 1, ...more };
}

/** What a crash at this moment would leave of a log. */
export function takeFiles(dir: string): LogFiles {
  const names = ['log.db', 'log.db-wal', 'log.mark'].filter((name) => existsSync(join(dir, name)));
  return new Map(names.map((name) => [name, readFileSync(join(dir, name))]));
}

/** Puts files into a directory. */
export function putFiles(dir: string, files: LogFiles): void {
  for (const [name, bytes] of files) writeFileSync(join(dir, name), bytes);
}

/** An event that was acknowledged. */
export interface Acked {
  readonly entry: Entry;
  readonly epoch: string;
  readonly offset: number;
}

/** Appends `count` events over six rooms, one of which keeps its newest five only. */
export async function fill(log: RoomLog, from: number, count: number): Promise<Acked[]> {
  const acked: Acked[] = [];
  for (let index = from; index < from + count; index += 1) {
    const one = entryOf(index);
    acked.push({ entry: one, ...(await log.append(one)) });
  }
  return acked;
}

function entryOf(index: number): Entry {
  const no = index % 6;
  return {
    room: { kind: no === 0 ? 'small' : 'chat', id: `r${no}` },
    type: 'message',
    data: JSON.stringify({ json: `event ${index} ${'x'.repeat((index * 37) % 300)}` }),
    by: { id: 'ada', name: 'Ada' },
    at: 1,
    idempotencyKey: `key-${index}`,
  };
}
