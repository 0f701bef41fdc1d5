import { setTimeout } from 'node:timers/promises';
import { startMeter, type MeterOptions, type Usage } from './meter.ts';
import { answerCalls } from './remote.ts';
import { servers, type ServerOptions, type SubjectServer } from './subject-server.ts';

export type ServerCalls = typeof calls;

let server: SubjectServer | undefined;
let stopMeter: (() => Usage) | undefined;

const calls = { open, start, stop, residentKb, close };

answerCalls(calls);

/** Starts the server under test in this process, with nothing beside it but the meter. */
async function open(options: ServerOptions & { name: keyof typeof servers }): Promise<string> {
  server = await servers[options.name](options);
  return server.url;
}

function start(options: MeterOptions = {}): void {
  stopMeter = startMeter(options);
}

function stop(): Usage {
  if (!stopMeter) throw new Error('server-process: stop comes after start');
  return stopMeter();
}

// What one collection finds dead may hold what only the next one can free.
const COLLECTIONS = 4;

/** Resident memory in KiB after collecting garbage, and once more after the heap was compacted, so
 *  that pages with gaps count no longer. Needs `--expose-gc`. */
async function residentKb(): Promise<{ collected: number; compacted: number }> {
  const { gc } = globalThis;
  if (!gc) throw new Error('server-process: started without --expose-gc');
  const collect = async (flavor: 'regular' | 'last-resort') => {
    for (let round = 0; round < COLLECTIONS; round += 1) {
      gc({ type: 'major', execution: 'sync', flavor });
      await setTimeout(100);
    }
    return process.memoryUsage.rss() / 1024;
  };
  return { collected: await collect('regular'), compacted: await collect('last-resort') };
}

async function close(): Promise<void> {
  await server?.close();
}
