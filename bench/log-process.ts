import { newKey } from '../client/new-key.ts';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { chat } from '../shared/index.ts';
import { createMemoryLog } from '../server/log/memory-log.ts';
import type { Entry, RoomLog } from '../server/log/room-log.ts';
import { createSqliteLog } from '../server/log/sqlite/sqlite-log.ts';
import { Latencies } from './latencies.ts';
import { startMeter } from './meter.ts';
import { answerCalls } from './remote.ts';
import type { Figures } from './scenario.ts';
import { textOf } from './texts.ts';

/** What the log process is asked to do. */
export interface LogRun {
  readonly form: 'disk' | 'memory';
  /** An empty directory of the caller's. */
  readonly dir: string;
  readonly callers: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

export type LogCalls = typeof calls;

const calls = { run };

answerCalls(calls);

/** Appends from many callers at once, each waiting for its ack before the next. */
async function run({ form, dir, callers, warmUpSeconds, seconds }: LogRun): Promise<Figures> {
  const log = await openLog(form, dir);
  const latencies = new Latencies();
  const state = { isOver: false };
  const running = Array.from({ length: callers }, (_, no) => append(log, no, latencies, state));
  await setTimeout(warmUpSeconds * 1000);

  latencies.clear();
  const stopMeter = startMeter();
  await setTimeout(seconds * 1000);
  const { count } = latencies;
  const figures = latencies.figures();
  const usage = stopMeter();

  state.isOver = true;
  await Promise.all(running);
  await log.close();
  return {
    appendsPerSecond: count / usage.seconds,
    ...figures,
    loopDelayP50Ms: usage.loopDelayP50Ms,
    loopDelayP99Ms: usage.loopDelayP99Ms,
    loopDelayMaxMs: usage.loopDelayMaxMs,
    cpuPerAppendUs: usage.cpuUs / count,
    loopCpuPerAppendUs: usage.loopCpuUs / count,
    rssMb: usage.rssMb,
  };
}

async function append(
  log: RoomLog,
  caller: number,
  latencies: Latencies,
  state: { readonly isOver: boolean },
): Promise<void> {
  for (let count = 1; !state.isOver; count += 1) {
    const startedAt = performance.now();
    await log.append(entryOf(caller, count));
    latencies.add(performance.now() - startedAt);
    // The memory log answers at once: without a pause no timer would ever run.
    if (log.level === 'memory') await setImmediate();
  }
}

function entryOf(caller: number, count: number): Entry {
  return {
    room: { kind: 'chat', id: 'bench' },
    type: 'message',
    data: JSON.stringify({ json: { text: textOf(caller, count) } }),
    by: { id: `user-${caller}`, name: `User ${caller}` },
    at: Date.now(),
    idempotencyKey: newKey(),
  };
}

async function openLog(form: LogRun['form'], dir: string): Promise<RoomLog> {
  if (form === 'memory') {
    return createMemoryLog({ epoch: 'bench', retention: () => chat.history, onError: fail });
  }
  const retention = { chat: chat.history };
  return createSqliteLog({ dir, retention, onDamage: fail, onTrouble: fail, onError: fail });
}

function fail(reason: unknown): never {
  throw reason instanceof Error ? reason : new Error(String(reason));
}
