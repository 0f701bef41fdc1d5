import { startMeter, type Usage } from './meter.ts';
import { answerCalls } from './remote.ts';
import { servers, type ServerOptions, type SubjectServer } from './subject-server.ts';

export type ServerCalls = typeof calls;

let server: SubjectServer | undefined;
let stopMeter: (() => Usage) | undefined;

const calls = { open, start, stop, close };

answerCalls(calls);

/** Starts the server under test in this process, with nothing beside it but the meter. */
async function open(options: ServerOptions & { name: keyof typeof servers }): Promise<string> {
  server = await servers[options.name](options);
  return server.url;
}

function start(): void {
  stopMeter = startMeter();
}

function stop(): Usage {
  if (!stopMeter) throw new Error('server-process: stop comes after start');
  return stopMeter();
}

async function close(): Promise<void> {
  await server?.close();
}
