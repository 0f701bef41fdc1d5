import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePosition } from '../../../shared/index.ts';
import { feedStage, type SeenFrame } from '../../kit/feed-stage.ts';
import { handLog, settle } from '../../kit/hand-log.ts';
import { general, memoryLog } from '../../kit/rooms.ts';

describe('Feed', () => {
  it('[RES2] yields every event once and in order under any interleaving', async () => {
    const commands = 'append append append announce announce announce answer pull pull type'.split(
      ' ',
    );
    const command = fc.constantFrom(...commands);
    const plan = fc.record({
      before: fc.nat(6),
      since: fc.option(fc.nat(6), { nil: undefined }),
      commands: fc.array(command, { minLength: 10, maxLength: 80 }),
    });
    await fc.assert(fc.asyncProperty(plan, runPlan), { numRuns: 500 });
  });
});

interface Plan {
  readonly before: number;
  readonly since: number | undefined;
  readonly commands: readonly string[];
}

async function runPlan({ before, since, commands }: Plan): Promise<void> {
  const inner = memoryLog();
  const hand = handLog(inner);
  const { append, open, type } = await feedStage(hand.log);
  for (let index = 0; index < before; index += 1) await append('before');
  const from = since === undefined ? undefined : Math.min(since, before);
  const position = from === undefined ? undefined : { epoch: 'E', offset: from };
  const feed = await open({ since: position, maxFrames: 3, pageSize: 2 });
  const seen: SeenFrame[] = [];
  let pulling: Promise<void> | undefined;
  const startPull = () =>
    (pulling ??= feed.next().then(({ value }) => {
      if (value) seen.push({ id: value[0], frame: value[1] });
      pulling = undefined;
    }));
  for (const command of commands) {
    if (command === 'append') await append('x');
    else if (command === 'announce') hand.announce();
    else if (command === 'answer') hand.answer();
    else if (command === 'type') await type(true);
    else void startPull();
    await settle();
  }
  // Let everything through, and pull until nothing comes any more.
  for (let quiet = 0; quiet < 3;) {
    const count = seen.length;
    void startPull();
    await settle();
    const moved = hand.announce() || hand.answer() || seen.length > count;
    quiet = moved ? 0 : quiet + 1;
  }
  await feed.return();
  check(seen, (await inner.bounds(general)).head);
}

function check(seen: readonly SeenFrame[], head: number): void {
  expect(seen.map(({ id }) => id)).toHaveLength(new Set(seen.map(({ id }) => id)).size);
  const [first] = seen;
  expect(first?.frame.type).toBe('ready');
  let at = parsePosition(first?.id ?? '')?.offset ?? -1;
  for (const { id, frame } of seen) {
    const offset = parsePosition(id)?.offset;
    if (frame.type === 'event' && !id.includes('/')) at += 1;
    // RES1: a frame's id never leaves the place where this feed stands.
    expect(offset).toBe(at);
  }
  expect(at).toBe(head);
}
