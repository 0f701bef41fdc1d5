import type { Writer } from '../actors/writer.ts';
import type { Subject } from '../subject.ts';

/** What a writer does after a publish, each with how likely that is. */
export type Deeds = readonly (readonly [share: number, act: (writer: Writer) => Promise<void>])[];

const ON_ANY: Deeds = [
  [0.01, (writer) => writer.repeat()],
  [0.005, (writer) => writer.clash()],
];

const ON_WHAT_CHANGES: Deeds = [
  [0.1, (writer) => writer.change('edit')],
  [0.03, (writer) => writer.change('remove')],
  [0.005, (writer) => writer.haunt()],
];

const ON_WHAT_IS_ANSWERED: Deeds = [
  [0.05, (writer) => writer.reply()],
  [0.01, (writer) => writer.replyAgain()],
];

/** What can be done to the events of a subject. */
export function deedsOn({ kind, type }: Subject): Deeds {
  const spec = kind.events[type];
  if (spec?.delivery !== 'durable') return ON_ANY;
  const { editable, removable, replies } = spec.life;
  return [
    ...(editable && removable ? ON_WHAT_CHANGES : []),
    ...(replies ? ON_WHAT_IS_ANSWERED : []),
    ...ON_ANY,
  ];
}
