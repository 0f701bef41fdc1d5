import { Board } from '../actors/board.ts';
import type { Line, Stage } from '../actors/stage.ts';
import { openCompany, type Company } from './company.ts';
import { DenPlay } from './den-play.ts';
import { ReactionPlay } from './reaction-play.ts';
import type { Venue } from './venue.ts';

/** What is done in rooms of its own beside what the crew does. */
export interface Plays {
  /** Whose lines may fail, by name. */
  readonly named: Company['named'];
  /** Hears what befalls. */
  hear(line: Line): void;
  begin(): void;
  /** Resolves when everything that was begun is over. */
  end(): Promise<void>;
  /** All is quiet: what has to be so is looked at. */
  atRest(): Promise<void>;
  close(): Promise<void>;
}

// Nodes are cut off from Redis for seconds, one time after the other, and frozen.
const NODES_MS = 20_000;
// AUT1 says a second; a machine that runs much else takes its time.
const NODES_CALM_MS = 3_000;

interface Surroundings {
  readonly room: string;
  readonly pauseMs: number;
  readonly nodes: number;
  /** Counts what new epochs, and losses of other things than logs, there were. */
  readonly lost: { readonly epochs: number; readonly records: number };
}

/** Opens those that the subject's contract and the venue's users allow. `room`: of that id is what is open to all.
 *  `pauseMs`: so long everybody waits more between two things. */
export async function openPlays(
  stage: Stage,
  venue: Venue,
  { room, pauseMs }: { room: string; pauseMs: number },
): Promise<Plays> {
  const nodes = venue.cluster?.nodes.length ?? 1;
  // A foreign server knows all of us as one user.
  const areSeveral = venue.user('host') !== venue.user('guest');
  const company = areSeveral ? await openCompany(stage, venue, Math.max(2, nodes)) : undefined;
  const lost = { epochs: 0, records: 0 };
  const plays = company ? playsOf(stage, company, { room, pauseMs, nodes, lost }) : [];
  const inTurn = async (act: (play: DenPlay | ReactionPlay) => Promise<void>) => {
    for (const play of plays) await act(play);
  };
  return {
    named: company?.named ?? [],
    hear: (line) => {
      if (line.kind !== 'fault' || !line.damages) return;
      lost.epochs += 1;
      if (line.forgets) lost.records += 1;
    },
    begin: () => {
      for (const play of plays) play.begin();
    },
    end: async () => {
      await Promise.all(plays.map((play) => play.end()));
    },
    atRest: () => inTurn((play) => play.atRest()),
    close: async () => {
      // A run that ends at its first anomaly waits for nobody: what they asked for fails with their clients.
      for (const play of plays) play.end().catch(() => {});
      await company?.close();
    },
  };
}

function playsOf(stage: Stage, company: Company, { room, pauseMs, nodes, lost }: Surroundings) {
  const { kind, type } = stage.subject;
  const spec = kind.events[type];
  const { host, guests } = company;
  const dens = () =>
    new DenPlay({
      stage,
      host,
      guests,
      pauseMs,
      withinMs: nodes > 1 ? NODES_MS : 0,
      calmMs: nodes > 1 ? NODES_CALM_MS : 0,
      losses: () => lost.records,
    });
  const reactions = () =>
    new ReactionPlay({
      stage,
      pauseMs,
      boards: boardsOf(stage, company, room),
      losses: () => lost.epochs,
    });
  // What is judged is each user once with each name.
  const isReactedTo = spec?.delivery === 'durable' && spec.life.reactions === 'distinct';
  return [...(kind.membership ? [dens()] : []), ...(isReactedTo ? [reactions()] : [])];
}

function boardsOf(stage: Stage, { host, guests }: Company, room: string): Board[] {
  return [host, ...guests].flatMap(({ user, lines, devices }) =>
    lines.map(({ calls, join }, index) => {
      const name = `${devices[index]?.name ?? ''}.board`;
      return new Board({ stage, name, user, room, calls, handle: join(room) });
    }),
  );
}
