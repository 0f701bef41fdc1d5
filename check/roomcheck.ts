import type { Failure } from './failure.ts';
import type { Anomaly } from './judge/anomaly.ts';
import type { HistoryRecord } from './judge/history.ts';
import { clusterVenue } from './real/cluster.ts';
import { runReal, type RealOptions } from './real/real-run.ts';
import { foreignVenue } from './real/venue.ts';
import { anomaliesText, failureText, tailText, totalsText } from './report.ts';
import { checkSimulated } from './simulated.ts';
import type { Subject } from './subject.ts';
import { Tail } from './tail.ts';
import { Totals } from './totals.ts';

/** What is to be checked, and how long. */
export interface RoomcheckOptions {
  /** Whatever chance decides is decided by it. Default: the time, which the report tells. */
  readonly seed?: string | number;
  /** Plans for the simulated world, which runs the rooms of this package. Default 500; 0 with `server`. */
  readonly plans?: number;
  /** Seconds of real faults: real sockets, real processes. Default 60; 0: none. */
  readonly seconds?: number;
  /** A server of your own. Its network is made to misbehave, its process is left alone. Default: a
   *  server that the check starts, kills and starts again. */
  readonly server?: {
    /** `ws://…/trpc` or `wss://…/trpc`. */
    readonly url: string;
    /** A JWT; the check publishes and reads as its user, in rooms whose ids begin with `check-`. */
    readonly token: string;
  };
  /** Servers that the check starts over a Redis of its own, where it is to be several: their processes, their lines
   *  and Redis are made to fail. Needs `redis-server`. Default: one server without Redis. */
  readonly nodes?: number;
  /** Which event of which room kind is published. Default: messages of `chat`. */
  readonly subject?: Subject;
  /** Events that the server keeps of a room at least. Default: what the kind says. */
  readonly maxEvents?: number;
  /** Clients, rooms and writers of each client in the real run. Default 6, 3 and 16; with `nodes` 6 for each, 6 and 16. */
  readonly clients?: number;
  readonly rooms?: number;
  readonly writers?: number;
  /** How long a writer of the real run waits between two publishes, on average, in milliseconds. Default 0: it has
   *  one under way all the time. */
  readonly pauseMs?: number;
  /** Ends the check early; what was done is judged. */
  readonly signal?: AbortSignal;
  /** Hears a line now and then. */
  readonly onProgress?: (line: string) => void;
}

/** What was found. */
export interface RoomcheckReport {
  readonly seed: string;
  readonly isClean: boolean;
  readonly simulated: Totals | undefined;
  readonly real: Totals | undefined;
  /** The smallest simulated plan that goes wrong, if one does. */
  readonly failure: Failure | undefined;
  /** What went wrong in reality. */
  readonly anomalies: readonly Anomaly[];
  /** All of it as lines for people. */
  readonly text: string;
}

/** Checks that rooms keep their promises: seeded plans in a simulated world, then real clients, real
 *  sockets and a real server while both are made to fail. A checker that shares no code with what it
 *  judges reads every line of what happened. @throws Error when a server does not start or come back */
export async function roomcheck(options: RoomcheckOptions = {}): Promise<RoomcheckReport> {
  const seed = String(options.seed ?? Date.now().toString(36));
  const simulated = await simulatedPart(seed, options);
  const real = simulated?.failure ? undefined : await realPart(seed, options);
  const parts = [`seed ${seed}\n`, simulated?.text, real?.text].filter(
    (part) => part !== undefined,
  );
  return {
    seed,
    isClean: simulated?.failure === undefined && (real?.anomalies.length ?? 0) === 0,
    simulated: simulated?.totals,
    real: real?.totals,
    failure: simulated?.failure,
    anomalies: real?.anomalies ?? [],
    text: parts.join('\n'),
  };
}

async function simulatedPart(seed: string, options: RoomcheckOptions) {
  const { plans = options.server ? 0 : 500, signal, onProgress } = options;
  if (plans === 0) return undefined;
  const began = performance.now();
  const result = await checkSimulated({
    seed,
    plans,
    signal,
    onProgress: (done) => {
      if (done % 500 === 0) onProgress?.(`${done} of ${plans} plans`);
    },
  });
  const text = totalsText('Simulated', result.totals, performance.now() - began);
  return { ...result, text: result.failure ? `${text}\n${failureText(result.failure)}` : text };
}

async function realPart(seed: string, options: RoomcheckOptions) {
  const { seconds = 60, server, nodes = 1, onProgress } = options;
  if (seconds === 0) return undefined;
  const began = performance.now();
  const tail = new Tail();
  const tell = progressOf(onProgress);
  const onRecord = (record: HistoryRecord) => {
    tail.add(record);
    tell(record);
  };
  const verdict = await runReal({
    ...realOptions(options),
    seed,
    durationMs: seconds * 1_000,
    venue: server
      ? foreignVenue(server.url, server.token)
      : nodes > 1
        ? await clusterVenue(nodes)
        : undefined,
    onRecord,
  });
  const totals = new Totals();
  totals.add(verdict);
  const { anomalies } = verdict;
  const text = totalsText('Real', totals, performance.now() - began);
  const [first] = anomalies;
  if (!first) return { totals, anomalies, text };
  return {
    totals,
    anomalies,
    text: `${text}\n${tailText(tail.before(first))}\n${anomaliesText(anomalies)}`,
  };
}

function realOptions(
  options: RoomcheckOptions,
): Pick<
  RealOptions,
  'subject' | 'maxEvents' | 'clients' | 'rooms' | 'writers' | 'pauseMs' | 'signal'
> {
  const { subject, clients, rooms, writers, pauseMs, signal } = options;
  const maxEvents = options.maxEvents ?? subject?.kind.history.maxEvents;
  return { subject, maxEvents, clients, rooms, writers, pauseMs, signal };
}

const TELL_EVERY_MS = 10_000;

function progressOf(onProgress: RoomcheckOptions['onProgress']): (record: HistoryRecord) => void {
  let acked = 0;
  let faults = 0;
  let next = TELL_EVERY_MS;
  return ({ kind, at }) => {
    if (kind === 'acked') acked += 1;
    if (kind === 'fault') faults += 1;
    if (at < next) return;
    next = at + TELL_EVERY_MS;
    onProgress?.(`${Math.round(at / 1_000)} s: ${acked} acknowledged, ${faults} faults`);
  };
}
