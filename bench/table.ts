import type { Result } from './results.ts';
import { describeTarget, isReached } from './scenario.ts';

/** A result as text: a row per figure, a column per subject, our target beside it and the ratio of
 *  ours to the last subject. */
export function formatResult(result: Result): string {
  const names = Object.keys(result.subjects);
  const figures = Object.keys(result.subjects[names[0] ?? '']?.median ?? {});
  const head = ['', ...names, `${names[0]} / ${names.at(-1)}`, 'target'];
  const rows = figures.map((figure) => [
    figure,
    ...names.map((name) => formatNumber(valueOf(result, name, figure))),
    formatRatio(valueOf(result, names[0], figure), valueOf(result, names.at(-1), figure)),
    formatTarget(result, figure),
  ]);
  return `${result.name}: ${result.summary}\n${describeRun(result)}\n\n${align([head, ...rows])}\n`;
}

function describeRun({ options, machine }: Result): string {
  const { cpu, cores, node, loadBefore } = machine;
  const where = `${cpu}, ${cores} cores, Node ${node}, load before ${loadBefore.toFixed(2)}`;
  return `median of ${options.runs} runs of ${options.seconds} s; ${where}`;
}

function valueOf(result: Result, subject: string | undefined, figure: string): number {
  return result.subjects[subject ?? '']?.median[figure] ?? Number.NaN;
}

function formatTarget(result: Result, figure: string): string {
  const target = result.targets.find((candidate) => candidate.figure === figure);
  if (!target) return '';
  const verdict = isReached(target, valueOf(result, target.subject, figure)) ? 'reached' : 'MISSED';
  return `${describeTarget(target)}: ${verdict}`;
}

function formatNumber(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : 2;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return Number.isNaN(value) ? '' : value.toLocaleString('en', options);
}

function formatRatio(ours: number, theirs: number): string {
  return theirs > 0 ? (ours / theirs).toFixed(2) : '';
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const pad = (cell: string, column: number) =>
    column === 0 || column === widths.length - 1
      ? cell.padEnd(widths[column] ?? 0)
      : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => `  ${row.map(pad).join('  ')}`.trimEnd()).join('\n');
}
