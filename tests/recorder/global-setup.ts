import { chat } from '../../shared/index.ts';
import { closedDocuments } from './documents.ts';
import { createJudge } from './judge.ts';
import {
  clearRecordings,
  openRecordings,
  readDocuments,
  readRecordings,
  type Recording,
} from './recordings.ts';

/** Before all tests: an empty record. After them: what was seen on the wire is judged by the documents.
 *  @throws Error with what does not meet them */
export function setup(): () => void {
  openRecordings();
  return () => {
    const problems = judged(readRecordings());
    clearRecordings();
    if (problems.length === 0) return;
    const shown = problems.slice(0, 10).join('\n\n');
    throw new Error(
      `${problems.length} forms seen on the wire are not what documents say:\n\n${shown}`,
    );
  };
}

function judged(recordings: readonly Recording[]): string[] {
  if (recordings.length === 0) return [];
  const judges = new Map([['default', createJudge(closedDocuments({ chat }))]]);
  return recordings.flatMap((recording) => {
    const { contract, form, path, where, body } = recording;
    const judge = judges.get(contract) ?? createJudge(readDocuments(contract));
    judges.set(contract, judge);
    const problem = judge(recording);
    return problem
      ? [`${where}\n  ${form} ${path}: ${problem}\n  ${JSON.stringify(body).slice(0, 400)}`]
      : [];
  });
}
