import type { Line, Stage } from '../actors/stage.ts';
import { openCompany, type Company } from './company.ts';
import { DenPlay } from './den-play.ts';
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

/** Opens those that the subject's contract and the venue's users allow. */
export async function openPlays(stage: Stage, venue: Venue): Promise<Plays> {
  const nodes = venue.cluster?.nodes.length ?? 1;
  const company = canPlay(stage, venue)
    ? await openCompany(stage, venue, Math.max(2, nodes))
    : undefined;
  const lost = { records: 0 };
  const play =
    company &&
    new DenPlay({
      stage,
      host: company.host,
      guests: company.guests,
      withinMs: nodes > 1 ? NODES_MS : 0,
      calmMs: nodes > 1 ? NODES_CALM_MS : 0,
      losses: () => lost.records,
    });
  return {
    named: company?.named ?? [],
    hear: (line) => {
      if (line.kind === 'fault' && line.forgets) lost.records += 1;
    },
    begin: () => play?.begin(),
    end: async () => play?.end(),
    atRest: async () => play?.atRest(),
    close: async () => company?.close(),
  };
}

/** Several users, and rooms with members. */
function canPlay({ subject: { kind } }: Stage, { user }: Venue): boolean {
  return kind.membership && user('host') !== user('guest');
}
