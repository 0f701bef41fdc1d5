import type { Report } from './anomaly.ts';
import type { RecordOf } from './history.ts';

type Told = RecordOf<'people'>;

/** Judges who is shown to be in a room when all is over: everybody who follows it, and nobody else. */
export class PeopleJudge {
  readonly #report: Report;
  /** By room and reader. */
  readonly #told = new Map<string, Map<string, Told>>();

  constructor(report: Report) {
    this.#report = report;
  }

  told(record: Told): void {
    const readers = this.#told.get(record.room) ?? new Map<string, Told>();
    this.#told.set(record.room, readers.set(record.follower, record));
  }

  /** All who follow have told. */
  ended(): void {
    for (const [room, readers] of this.#told) {
      const truth = truthOf([...readers.values()]);
      for (const { follower, people } of readers.values()) {
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
