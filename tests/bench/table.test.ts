import { describe, expect, it } from 'vitest';
import type { Result } from '../../bench/results.ts';
import type { Figures, Target } from '../../bench/scenario.ts';
import { formatResult } from '../../bench/table.ts';
import { machine } from './machine.ts';

function tableOf(medians: Record<string, Figures>, targets: readonly Target[] = []): string[] {
  const subjects = Object.fromEntries(
    Object.entries(medians).map(([name, median]) => [name, { runs: [median], median }]),
  );
  const options = { seconds: 2, warmUpSeconds: 1, runs: 20 };
  const date = '2026-01-01T00:00:00.000Z';
  const result: Result = {
    name: 'fan-out',
    summary: '500',
    date,
    machine,
    options,
    targets,
    subjects,
  };
  return formatResult(result).split('\n');
}

describe('formatResult', () => {
  it('says what was measured how, and on what', () => {
    expect(tableOf({ rooms: { cpuUs: 1 } }).slice(0, 2)).toEqual([
      'fan-out: 500',
      'median of 20 runs of 2 s; a processor, 2 cores, Node v24.0.0, load before 0.25',
    ]);
  });

  it('has a column for each subject, and one for ours divided by each other', () => {
    const lines = tableOf({ rooms: { cpuUs: 9, acks: 1_234 }, ws: { cpuUs: 12, acks: 0 } });
    expect(lines.slice(3, 6).map((line) => line.trim().split(/\s{2,}/))).toEqual([
      ['rooms', 'ws', 'rooms / ws'],
      ['cpuUs', '9.00', '12.00', '0.75'],
      ['acks', '1,234', '0.00'],
    ]);
  });

  it('says of each target whether it was reached: by the medians, and never of what was not measured', () => {
    const targets: readonly Target[] = [
      { subject: 'rooms', figure: 'acks', atLeast: 100 },
      { subject: 'rooms', figure: 'acks', atLeast: 101 },
      { subject: 'rooms', figure: 'delayMs', under: 20 },
      { subject: 'rooms', figure: 'cpuUs', against: 'ws', ratio: 0.9 },
      { subject: 'rooms', figure: 'cpuUs', against: 'ws', ratio: 0.89 },
      { subject: 'rooms', figure: 'cpuUs', against: 'nobody', ratio: 1 },
      { subject: 'rooms', figure: 'nothing', atLeast: 0 },
    ];
    const lines = tableOf(
      { rooms: { acks: 100, delayMs: 20, cpuUs: 9 }, ws: { cpuUs: 10 } },
      targets,
    );
    const verdicts = lines.filter((line) => /reached$|MISSED$/.test(line));
    expect(verdicts.map((line) => line.trim().split(/\s{2,}/))).toEqual([
      ['acks', 'rooms', '100', 'at least 100', 'reached'],
      ['acks', 'rooms', '100', 'at least 101', 'MISSED'],
      ['delayMs', 'rooms', '20.00', 'under 20', 'MISSED'],
      ['cpuUs', 'rooms / ws', '0.90', 'at most 0.90', 'reached'],
      ['cpuUs', 'rooms / ws', '0.90', 'at most 0.89', 'MISSED'],
      ['cpuUs', 'rooms / nobody', 'at most 1.00', 'MISSED'],
      ['nothing', 'rooms', 'at least 0', 'MISSED'],
    ]);
  });
});
