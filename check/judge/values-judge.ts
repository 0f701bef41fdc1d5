import type { Report } from './anomaly.ts';
import type { RecordOf } from './history.ts';
import { ToldByReaders } from './told-by-readers.ts';

type Told = RecordOf<'values'>;

/** Judges the latest values of rooms when all is over: everybody has the same, and what each has said last of
 *  himself is among them. */
export class ValuesJudge {
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
      const [first, ...others] = told;
      if (!first) continue;
      const theirs = shownBy(first);
      for (const other of others) {
        const mine = shownBy(other);
        if (mine === theirs) continue;
        this.#report(
          'values',
          `${other.follower} has [${mine}], ${first.follower} [${theirs}]`,
          room,
        );
      }
      const values = new Set(first.values.map(withoutKey));
      for (const { follower, said } of told) {
        if (said === undefined || values.has(said)) continue;
        this.#report(
          'values',
          `${follower} has said ${said} last, and there are [${theirs}]`,
          room,
        );
      }
    }
  }
}

const shownBy = ({ values }: Told) => values.toSorted().join(', ');

/** Whose member a value is only the server knows. */
function withoutKey(value: string): string {
  const [type, , ...data] = value.split(' ');
  return [type, ...data].join(' ');
}
