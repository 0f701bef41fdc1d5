/** How many at the front of a list are past their age: all up to the last old one before the first young one, so
 *  that what is kept never follows what is dropped. `timeOf` gives the time of each, undefined behind the last.
 *  One of a time after `now` is neither, the clock has been set back since: it goes with an old one behind it. */
export function countPastAge(
  timeOf: (index: number) => number | undefined,
  { youngFrom, now }: { readonly youngFrom: number; readonly now: number },
): number {
  let count = 0;
  for (let index = 0; ; index += 1) {
    const at = timeOf(index);
    if (at === undefined) return count;
    if (at > now) continue;
    if (at >= youngFrom) return count;
    count = index + 1;
  }
}

/** The same of rows, oldest first, that leave out those of a time after now: the place of the last one that goes, of
 *  the first `most` at most. */
export function lastPastAge(
  rows: Iterable<Readonly<Record<string, unknown>>>,
  youngFrom: number,
  most: number,
): number | undefined {
  let last: number | undefined;
  let seen = 0;
  for (const { place, at } of rows) {
    if (Number(at) >= youngFrom) break;
    last = Number(place);
    seen += 1;
    if (seen === most) break;
  }
  return last;
}
