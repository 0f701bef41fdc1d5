import { expect, it } from 'vitest';
import { Writer } from '../../check/actors/writer.ts';
import type { Line } from '../../check/actors/stage.ts';
import { createRandom } from '../../check/random.ts';
import { chatSubject } from '../../check/subject.ts';

it('tells of what it published and had no answer to, when it gives up', async () => {
  const told: Line[] = [];
  const stage = {
    subject: chatSubject,
    record: (line: Line) => void told.push(line),
    random: createRandom('writer'),
    sleep: async () => {},
    isOver: () => true,
  };
  const ack = { position: 'E:1', id: 'e', at: new Date(0), duplicate: false, durability: 'memory' };
  const answers = [Promise.resolve(ack), new Promise<never>(() => {})];
  const writer = new Writer({
    stage,
    name: 'w',
    client: 'c',
    user: 'u',
    room: 'r',
    publish: () => answers.shift() as never,
    change: { edit: () => Promise.reject(), remove: () => Promise.reject() },
  });
  await writer.send();
  writer.giveUp('everything has its answer');
  void writer.send();
  await expect.poll(() => answers).toEqual([]);
  writer.giveUp('no answer');
  expect(told.filter(({ kind }) => kind === 'abandoned')).toEqual([
    { kind: 'abandoned', client: 'c', room: 'r', key: 'w/2', code: 'no answer' },
  ]);
  expect(writer.isIdle).toBe(false);
});
