import type { Answers, BigRoomCalls } from './big-room-process.ts';
import { BIG_ROOM, BIG_ROOM_EVENTS } from './big-room-server.ts';
import type { Figures, RunOptions, Scenario } from './scenario.ts';
import { withStage } from './stage.ts';
import { signTokens } from './tokens.ts';

/** What a room that has been talked in for years costs those who come to it. */
export const bigRoom: Scenario = {
  name: 'big-room',
  summary: `joins and pages of a room with ${BIG_ROOM_EVENTS.toLocaleString('en')} events`,
  subjects: [{ name: 'rooms', run }],
  targets: [
    { subject: 'rooms', figure: 'joinP99Ms', under: 50 },
    { subject: 'rooms', figure: 'resumeP99Ms', under: 50 },
    { subject: 'rooms', figure: 'history50P99Ms', under: 20 },
    { subject: 'rooms', figure: 'history200P99Ms', under: 20 },
  ],
};

function run({ dir, seconds, warmUpSeconds }: RunOptions): Promise<Figures> {
  const clients = new URL('big-room-process.ts', import.meta.url);
  return withStage<BigRoomCalls, Figures>(
    { name: 'big-room', dir, clients },
    async ({ server, clients: visitors, url, secret }) => {
      await visitors.call('connect', { url, tokens: await signTokens(secret, 2) });
      const visit = { room: BIG_ROOM.id, events: BIG_ROOM_EVENTS };
      await visitors.call('visit', { ...visit, seconds: warmUpSeconds });
      await server.call('start', {});
      const answers = await visitors.call('visit', { ...visit, seconds });
      const { loopDelayP99Ms, rssMb } = await server.call('stop');
      const figures = Object.entries(answers).map(([name, found]) => figuresOf(name, found));
      return { ...Object.assign({}, ...figures), loopDelayP99Ms, rssMb };
    },
  );
}

function figuresOf(name: string, { count, p50, p99, max }: Answers): Figures {
  return {
    [`${name}Count`]: count,
    [`${name}P50Ms`]: p50,
    [`${name}P99Ms`]: p99,
    [`${name}MaxMs`]: max,
  };
}
