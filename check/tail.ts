import type { Anomaly } from './judge/anomaly.ts';
import type { HistoryRecord } from './judge/history.ts';

// Enough for some seconds of a busy run.
const MOST_LINES = 20_000;
const SHOWN_LINES = 40;

/** The end of a history that is too long to keep: what led up to an anomaly is found there. */
export class Tail {
  #lines: HistoryRecord[] = [];

  add(record: HistoryRecord): void {
    this.#lines.push(record);
    if (this.#lines.length > 2 * MOST_LINES) this.#lines = this.#lines.slice(-MOST_LINES);
  }

  /** The lines up to an anomaly that tell of the keys and positions in it, and what went wrong before.
   *  Without any, the last ones of its room. */
  before({ at, room, what }: Anomaly): readonly HistoryRecord[] {
    const lines = this.#lines.filter((line) => line.at <= at && line.kind !== 'page');
    const words = what.split(/[\s,]+/).filter((word) => /[/:]\d+$/.test(word));
    const isAbout = (line: HistoryRecord) => {
      if (line.kind === 'fault') return true;
      const text = JSON.stringify(line);
      return words.some((word) => text.includes(`"${word}"`));
    };
    const telling = lines.filter(isAbout);
    const ofRoom = lines.filter((line) => !('room' in line) || line.room === room);
    return (telling.length > 0 ? telling : ofRoom).slice(-SHOWN_LINES);
  }
}
