import { Audience } from './audience.ts';
import type { Deliveries, Pace } from './pace.ts';
import { protocols } from './protocols.ts';
import { answerCalls } from './remote.ts';

export type AudienceCalls = typeof calls;

let audience: Audience | undefined;

const calls = { connect, publish, pauseOne, resumeOne, close };

answerCalls(calls);

/** Connects the clients of a run to the server under test. */
async function connect({
  name,
  ...options
}: {
  name: keyof typeof protocols;
  url: string;
  followUrl?: string;
  rooms: number;
  tokens: readonly string[];
  publishers: number;
}): Promise<void> {
  audience = await Audience.open({ ...options, protocol: protocols[name] });
}

function publish(pace: Pace): Promise<Deliveries> {
  return opened().publish(pace);
}

function pauseOne(): void {
  opened().pauseOne();
}

function resumeOne(): Promise<void> {
  return opened().resumeOne();
}

function close(): void {
  audience?.close();
}

function opened(): Audience {
  if (!audience) throw new Error('audience-process: connect comes first');
  return audience;
}
