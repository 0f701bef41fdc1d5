import { createRooms, type RoomsClient } from '../client/index.ts';
import { chat } from '../shared/index.ts';
import { Latencies } from './latencies.ts';
import { answerCalls } from './remote.ts';
import { textOf } from './texts.ts';

export type BigRoomCalls = typeof calls;

/** What is asked of the room, for so long each. */
export interface Visit {
  readonly room: string;
  readonly events: number;
  readonly seconds: number;
}

/** Latencies of one kind of question. */
export interface Answers {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const MISSED = 100;
const SAID_EVERY_MS = 50;
// Steps through the log by a share of it that meets no period: anywhere, and the same in every run.
const STEP = 0.618_033_988_749;

let clients: RoomsClient<{ chat: typeof chat }>[] = [];

const calls = { connect, visit };

answerCalls(calls);

/** One client who asks, and one who talks meanwhile. */
async function connect({ url, tokens }: { url: string; tokens: readonly string[] }): Promise<void> {
  const target = `${url.replace('http', 'ws')}/trpc`;
  clients = tokens.map((token) => createRooms({ chat }, { url: target, token }));
}

/** Asks one after the other, each for so long, while somebody talks in the room.
 *  @throws Error when an answer is not what was asked for */
async function visit({ room, events, seconds }: Visit) {
  const [asking, talking] = clients;
  if (!asking || !talking) throw new Error('big-room: connect comes first');
  const { trpc } = asking;
  let said = 0;
  let failure: unknown;
  const talk = setInterval(() => {
    const text = textOf(0, (said += 1));
    talking.trpc.chat.send.mutate({ room, text }).catch((error: unknown) => (failure ??= error));
  }, SAID_EVERY_MS);

  const { events: newest } = await trpc.chat.history.query({ room, limit: 1 });
  const [epoch = ''] = newest[0]?.position.split(':') ?? [];
  const history = async (turn: number, limit: number) => {
    const offset = 1 + limit + Math.floor(((turn * STEP) % 1) * (events - 2 * limit));
    const bound = `${epoch}:${offset}`;
    const range = turn % 2 === 0 ? { before: bound } : { after: bound };
    const page = await trpc.chat.history.query({ room, limit, ...range });
    if (page.events.length !== limit) throw new Error(`big-room: a page of ${page.events.length}`);
  };
  const resume = async () => {
    const page = await trpc.chat.history.query({ room, limit: MISSED + 1 });
    return () => join(asking, room, page.events[0]?.position, MISSED);
  };

  const answers = {
    join: await measure(seconds, () => () => join(asking, room, undefined, 0)),
    resume: await measure(seconds, resume),
    history50: await measure(seconds, (turn) => () => history(turn, 50)),
    history200: await measure(seconds, (turn) => () => history(turn, 200)),
  };
  clearInterval(talk);
  if (failure) throw failure;
  return answers;
}

/** Joins, waits for `ready` and so many events, and leaves. */
function join(
  client: RoomsClient<{ chat: typeof chat }>,
  room: string,
  since: string | undefined,
  missed: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let due = missed;
    const handle = client.chat.join(room, {
      onGap: ({ reason }) => reject(new Error(`big-room: a gap, ${reason}`)),
      ...(since === undefined ? {} : { since }),
    });
    const arrive = () => {
      if (due > 0) return;
      handle.leave();
      resolve();
    };
    handle.on('message', () => {
      due -= 1;
      arrive();
    });
    handle.ready.then(arrive, reject);
  });
}

/** `prepare` is not measured, what it returns is. */
async function measure(
  seconds: number,
  prepare: (turn: number) => (() => Promise<void>) | Promise<() => Promise<void>>,
): Promise<Answers> {
  const latencies = new Latencies();
  const endAt = performance.now() + seconds * 1000;
  for (let turn = 0; performance.now() < endAt; turn += 1) {
    const ask = await prepare(turn);
    const askedAt = performance.now();
    await ask();
    latencies.add(performance.now() - askedAt);
  }
  const { latencyP50Ms: p50, latencyP99Ms: p99, latencyMaxMs: max } = latencies.figures();
  return { count: latencies.count, p50, p99, max };
}
