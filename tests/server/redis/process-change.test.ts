import { afterEach, describe, expect, it } from 'vitest';
import type { RoomLog, RoomName } from '../../../server/log/room-log.ts';
import { roomKeys } from '../../../server/redis/redis-keys.ts';
import { noRedis, redisServer, type RedisServer } from '../../kit/redis-server.ts';
import { openStore } from '../../kit/redis-store.ts';
import { waitFor } from '../../kit/wait-for.ts';

const room: RoomName = { kind: 'chat', id: 'general' };
const META = roomKeys(room)('meta');

function entry(text: string, more: { room?: RoomName } = {}) {
  const data = JSON.stringify({ json: { text } });
  return { room, type: 'message', data, by: { id: 'ada', name: 'Ada' }, at: Date.now(), ...more };
}

describe.skipIf(noRedis)('nodes whose Redis is another process, or may be', () => {
  let redis: RedisServer;
  const logs: RoomLog[] = [];
  const node = async () => {
    const { log } = await openStore(redis.url);
    logs.push(log);
    return log;
  };
  const start = async (...args: string[]) => {
    redis = await redisServer(args);
  };
  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.close()));
    await redis.stop();
  });

  it('[LOG3] agree on the epoch when only some know that everything is on the disk', async () => {
    await start('--appendonly', 'yes', '--appendfsync', 'always');
    await redis.command('CONFIG', 'SET', 'appendfsync', 'everysec');
    const doubting = await node();
    await redis.command('CONFIG', 'SET', 'appendfsync', 'always');
    const sure = await node();
    const other = { kind: 'chat', id: 'other' };
    const epochs = async (name: RoomName, by: readonly RoomLog[]) => {
      const acks: string[] = [];
      for (const log of by) acks.push((await log.append(entry('x', { room: name }))).epoch);
      return new Set(acks).size;
    };
    expect(await epochs(room, [doubting, sure, doubting, sure])).toBe(1);
    expect(await epochs(other, [sure, doubting, sure, doubting])).toBe(1);
    // Whoever doubts is believed: something may be lost with the process.
    const { epoch } = await sure.bounds(other);
    await redis.kill();
    await redis.start();
    await waitFor(() => expect(sure.failure()).toBeUndefined());
    expect((await sure.bounds(other)).epoch).not.toBe(epoch);
  });

  it.each([
    ['appendfsync', 'everysec'],
    ['no-appendfsync-on-rewrite', 'yes'],
  ])('[LOG3] hear that it keeps less than when they came: %s %s', async (name, value) => {
    await start('--appendonly', 'yes', '--appendfsync', 'always');
    let told = 0;
    const { log } = await openStore(redis.url, { onLessKept: () => (told += 1) });
    logs.push(log);
    const { epoch } = await log.append(entry('1'));
    expect(await redis.command('HGET', META, 'r')).toBe('kept');
    await redis.command('CONFIG', 'SET', name, value);
    await waitFor(() => expect(told).toBe(1));
    expect(await log.append(entry('2'))).toMatchObject({ epoch, offset: 2 });
    const info = String(await redis.command('INFO', 'server'));
    expect(info).toContain(`run_id:${String(await redis.command('HGET', META, 'r'))}`);
    // Nothing that it begins to keep meanwhile makes good what may have been lost.
    await redis.command('CONFIG', 'SET', name, name === 'appendfsync' ? 'always' : 'no');
    expect(await log.append(entry('3'))).toMatchObject({ epoch, offset: 3 });
    await redis.kill();
    await redis.start();
    await waitFor(() => expect(log.failure()).toBeUndefined());
    expect((await log.bounds(room)).epoch).not.toBe(epoch);
    expect(told).toBe(1);
  });

  it('[LOG3] hear that it keeps nothing of what comes now', async () => {
    await start('--appendonly', 'yes', '--appendfsync', 'always');
    let told = 0;
    const { log } = await openStore(redis.url, { onLessKept: () => (told += 1) });
    logs.push(log);
    await redis.command('CONFIG', 'SET', 'appendonly', 'no');
    await waitFor(() => expect(told).toBe(1));
  });

  it.each([
    ['keep the epoch of rooms that an earlier version kept', 'kept', '', true],
    ['keep the epoch of rooms that another process kept', 'kept', 'another', true],
    ['begin another epoch where another process kept less', 'another', 'another', false],
  ])('[LOG3] %s', async (_, how, process, isSame) => {
    await start('--appendonly', 'yes', '--appendfsync', 'always');
    const log = await node();
    const { epoch } = await log.append(entry('1'));
    await redis.command('HSET', META, 'r', how, 'p', process);
    if (process === '') await redis.command('HDEL', META, 'p');
    for (const text of ['2', '3']) {
      const next = await log.append(entry(text));
      expect(next.epoch === epoch).toBe(isSame);
      expect((await log.bounds(room)).epoch).toBe(next.epoch);
    }
  });

  it('[LOG3] begin another epoch where what was kept is found on a promoted replica', async () => {
    await start('--appendonly', 'yes', '--appendfsync', 'always');
    const before = await (await node()).append(entry('1'));
    const replica = await redisServer(['--appendonly', 'yes', '--appendfsync', 'always']);
    try {
      await redis.command('REPLICAOF', '127.0.0.1', String(replica.port));
      await waitFor(async () => {
        const info = String(await redis.command('INFO', 'replication'));
        expect(info).toContain('master_link_status:up');
      });
      await redis.command('REPLICAOF', 'NO', 'ONE');
      // As it stands where the one that was demoted has what it kept before.
      const meta = ['e', before.epoch, 'l', before.epoch, 'o', '1', 'f', '1', 'r', 'kept'];
      const runId = /run_id:(\w+)/.exec(String(await redis.command('INFO', 'server')))?.[1] ?? '';
      await redis.command('HSET', META, ...meta, 'p', runId);
      const log = await node();
      const epochs = [(await log.bounds(room)).epoch, (await log.append(entry('2'))).epoch];
      expect(epochs[0]).not.toBe(before.epoch);
      expect(epochs[1]).toBe(epochs[0]);
    } finally {
      await replica.stop();
    }
  });
});
