import type { Report } from './anomaly.ts';
import type { RecordOf } from './history.ts';
import { ToldByReaders } from './told-by-readers.ts';

type Told = RecordOf<'people'>;

/** Judges who is shown to be in a room when all is over: everybody who follows it, and nobody else. */
export class PeopleJudge {
  readonly #report: Report;
  readonly #told = new ToldByReaders<Told>();

  constructor(report: Report) {
    this.#report = report;
  }

  told(record: Told): void {
    this.#told.take(record);
  }

  /** All who follow have told. */
  ended(): void {
    for (const [room, told] of this.#told.rooms()) {
      const truth = truthOf(told);
      for (const { follower, people } of told) {
        const shown = people.toSorted().join(', ');
        if (shown === truth) continue;
        this.#report('presence', `${follower} is shown [${shown}], and there are [${truth}]`, room);
      }
    }
  }
}

function truthOf(told: readonly Told[]): string {
  const states = new Map<string, string>();
  for (const { user, state } of told) states.set(user, state ?? states.get(user) ?? '');
  return [...states]
    .map(([user, state]) => `${user} ${state}`)
    .toSorted()
    .join(', ');
}
