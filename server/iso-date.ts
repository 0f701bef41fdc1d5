const SECOND = 1_000;

let knownSecond = Number.NaN;
let knownText = '';

/** What `toISOString` says. V8 asks for the time zone and prints into a stream to say it; of dates within
 *  one second, as those of a busy server are, only the end differs.
 *  @throws RangeError for an invalid date */
export function isoOf(date: Date): string {
  const ms = date.getTime();
  const second = Math.floor(ms / SECOND);
  if (second !== knownSecond) {
    knownText = new Date(second * SECOND).toISOString().slice(0, -'000Z'.length);
    knownSecond = second;
  }
  return `${knownText}${String(ms - second * SECOND).padStart(3, '0')}Z`;
}
