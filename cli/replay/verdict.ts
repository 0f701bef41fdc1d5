import { formatPosition, parsePosition, type Position } from '../../shared/index.ts';

/** An event as somebody saw it. */
export interface Seen {
  readonly id: string;
  readonly position: string;
  /** Stands for type, author and text. */
  readonly digest: string;
}

/** An event as the log holds it. */
export interface Logged extends Seen {
  readonly key?: string | undefined;
}

/** A message that the server acknowledged. */
export interface Acked {
  /** The line of the file. */
  readonly line: number;
  readonly key: string;
  readonly position: string;
  readonly digest: string;
}

/** All that is known when a replay is over. */
export interface Evidence {
  /** Where the log was read from. */
  readonly began: Position;
  /** The messages that it holds after that, in order. */
  readonly log: readonly Logged[];
  /** Where it holds anything after that, in order: others may react, edit and remove. */
  readonly positions: readonly string[];
  /** Where messages were removed: whoever came in time has seen them, and the log shows them no more. */
  readonly removed: ReadonlySet<string>;
  /** In the order in which they were sent, each sent after the ack of the one before. */
  readonly acked: readonly Acked[];
  readonly watchers: readonly {
    readonly name: string;
    readonly began: Position;
    readonly seen: readonly Seen[];
    readonly trouble?: string | undefined;
  }[];
  /** Did nobody else use the room? Then the log may hold nothing that was not acknowledged. */
  readonly isAlone: boolean;
}

/** The first difference that was found. `who`: `log`, or the name of a watcher. */
export interface Difference {
  readonly state: 'different';
  readonly who: string;
  /** The position at which it shows. */
  readonly where: string;
  readonly what: string;
}

/** Did everybody see the same, and is it what was sent? */
export type Verdict = { readonly state: 'clean' } | Difference;

/** Judges a replay: the log holds every acknowledged message exactly once, in order and without a
 *  hole, and every watcher saw exactly what the log holds, but for what was removed. */
export function judge(evidence: Evidence): Verdict {
  const different =
    findHole(evidence) ??
    findWrongAck(evidence) ??
    (evidence.isAlone ? findForeign(evidence) : undefined) ??
    findWrongWatcher(evidence);
  return different ?? { state: 'clean' };
}

function findHole({ began, positions, removed }: Evidence): Difference | undefined {
  let expected = began.offset + 1;
  for (const position of positions) {
    const found = parsePosition(position);
    if (found?.epoch !== began.epoch)
      return differ('log', position, `is not of epoch ${began.epoch}`);
    const isRemoved = () => removed.has(formatPosition({ ...began, offset: expected }));
    while (expected < found.offset && isRemoved()) expected += 1;
    if (found.offset !== expected) {
      return differ('log', position, `stands where offset ${expected} should follow`);
    }
    expected += 1;
  }
  return undefined;
}

function findWrongAck({ log, acked, removed }: Evidence): Difference | undefined {
  const byKey = groupByKey(log);
  let last = 0;
  for (const { line, key, position, digest } of acked) {
    const [stored, again] = byKey.get(key) ?? [];
    const wrong = (what: string, where = position) => differ('log', where, `line ${line} ${what}`);
    if (!stored && removed.has(position)) continue;
    if (!stored) return wrong('was acknowledged and is missing');
    if (again) return wrong(`is there twice, first at ${stored.position}`, again.position);
    if (stored.position !== position)
      return wrong(`was acknowledged at ${position}`, stored.position);
    if (stored.digest !== digest) return wrong('is there with other content');
    const offset = parsePosition(position)?.offset ?? 0;
    if (offset <= last) return wrong('stands before a line that was sent earlier');
    last = offset;
  }
  return undefined;
}

function groupByKey(log: readonly Logged[]): ReadonlyMap<string, readonly Logged[]> {
  const groups = new Map<string, Logged[]>();
  for (const event of log) {
    if (event.key === undefined) continue;
    const group = groups.get(event.key);
    if (group) group.push(event);
    else groups.set(event.key, [event]);
  }
  return groups;
}

function findForeign({ log, acked, positions }: Evidence): Difference | undefined {
  const keys = new Set(acked.map(({ key }) => key));
  const isOwn = ({ key }: Logged) => key !== undefined && keys.has(key);
  const own = new Set(log.filter(isOwn).map(({ position }) => position));
  const foreign = positions.find((position) => !own.has(position));
  return foreign === undefined
    ? undefined
    : differ('log', foreign, 'was never sent by this replay');
}

function findWrongWatcher({ log, watchers, removed }: Evidence): Difference | undefined {
  const isKept = ({ position }: Seen) => !removed.has(position);
  const places = new Map(log.map(({ position }, index) => [position, index]));
  for (const watcher of watchers) {
    const expected = log.filter(({ position }) => isAfter(position, watcher.began)).filter(isKept);
    const different = compare(watcher.name, watcher.seen.filter(isKept), expected, places);
    if (different) return different;
    if (watcher.trouble !== undefined) {
      const where =
        watcher.seen.at(-1)?.position ?? `${watcher.began.epoch}:${watcher.began.offset}`;
      return differ(watcher.name, where, watcher.trouble);
    }
  }
  return undefined;
}

function compare(
  who: string,
  seen: readonly Seen[],
  expected: readonly Seen[],
  places: ReadonlyMap<string, number>,
): Difference | undefined {
  const length = Math.max(seen.length, expected.length);
  for (let index = 0; index < length; index += 1) {
    const [got, due] = [seen[index], expected[index]];
    if (got && due && isSame(got, due)) continue;
    if (!got) return due && differ(who, due.position, 'is missing');
    return differ(who, got.position, describe(got, due, { seen, index, places }));
  }
  return undefined;
}

function describe(
  got: Seen,
  due: Seen | undefined,
  {
    seen,
    index,
    places,
  }: { seen: readonly Seen[]; index: number; places: ReadonlyMap<string, number> },
): string {
  const isPosition = ({ position }: Seen) => position === got.position;
  if (seen.slice(0, index).some(isPosition)) return 'was seen twice';
  if (got.position === due?.position) return 'was seen with other content or another id';
  if (!places.has(got.position)) return 'was seen and the log does not hold it';
  if (!due) return 'was seen, though it lies before where this watcher began';
  const comesLater = seen.slice(index).some(({ position }) => position === due.position);
  return comesLater
    ? `was seen before ${due.position}, against the order of the log`
    : `was seen next, and ${due.position} is missing`;
}

function isSame(a: Seen, b: Seen): boolean {
  return a.position === b.position && a.id === b.id && a.digest === b.digest;
}

function isAfter(position: string, began: Position): boolean {
  return (parsePosition(position)?.offset ?? 0) > began.offset;
}

function differ(who: string, where: string, what: string): Difference {
  return { state: 'different', who, where, what };
}
