import type { Result } from './results.ts';
import { describeTarget, isReached, targetValue, type Medians } from './scenario.ts';

/** A result as text: a row per figure, a column per subject and one per ratio of ours to another;
 *  below it the targets, each with what was measured. */
export function formatResult(result: Result): string {
  const medians = mediansOf(result);
  const [ours = '', ...others] = Object.keys(medians);
  const head = ['', ours, ...others, ...others.map((other) => `${ours} / ${other}`)];
  const rows = Object.keys(medians[ours] ?? {}).map((figure) => {
    const value = (name: string) => medians[name]?.[figure] ?? Number.NaN;
    const ratios = others.map((other) => formatRatio(value(ours), value(other)));
    return [figure, ...[ours, ...others].map((name) => formatNumber(value(name))), ...ratios];
  });
  const parts = [align([head, ...rows], 'numbers')];
  if (result.targets.length > 0) parts.push(formatTargets(result, medians));
  return `${result.name}: ${result.summary}\n${describeRun(result)}\n\n${parts.join('\n\n')}\n`;
}

function mediansOf({ subjects }: Result): Medians {
  const entries = Object.entries(subjects).map(([name, { median }]) => [name, median] as const);
  return Object.fromEntries(entries);
}

function formatTargets({ targets }: Result, medians: Medians): string {
  const rows = targets.map((target) => {
    const value = targetValue(target, medians);
    const subject = 'against' in target ? `${target.subject} / ${target.against}` : target.subject;
    const verdict = isReached(target, value) ? 'reached' : 'MISSED';
    return [target.figure, subject, formatNumber(value), describeTarget(target), verdict];
  });
  return align([['target', '', 'measured', '', ''], ...rows], 'words');
}

function describeRun({ options, machine }: Result): string {
  const { cpu, cores, node, loadBefore } = machine;
  const where = `${cpu}, ${cores} cores, Node ${node}, load before ${loadBefore.toFixed(2)}`;
  return `median of ${options.runs} runs of ${options.seconds} s; ${where}`;
}

function formatNumber(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : 2;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return Number.isNaN(value) ? '' : value.toLocaleString('en', options);
}

function formatRatio(ours: number, theirs: number): string {
  return theirs > 0 ? (ours / theirs).toFixed(2) : '';
}

/** The first column is words; the others are numbers, or words too. */
function align(rows: readonly (readonly string[])[], others: 'numbers' | 'words'): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const pad = (cell: string, column: number) =>
    column === 0 || others === 'words'
      ? cell.padEnd(widths[column] ?? 0)
      : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => `  ${row.map(pad).join('  ')}`.trimEnd()).join('\n');
}
