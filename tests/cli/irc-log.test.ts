import { describe, expect, it } from 'vitest';
import { parseIrcLog, readIrcLine } from '../../cli/replay/irc-log.ts';
import { HOUR, MINUTE } from '../../shared/index.ts';

describe('an IRC line', () => {
  it('is a message', () => {
    expect(readIrcLine('[09:03] <ada> is <b> a tag?')).toEqual({
      type: 'message',
      by: 'ada',
      text: 'is <b> a tag?',
    });
  });

  it('is a message without text', () => {
    expect(readIrcLine('[09:03] <ada> ')).toEqual({ type: 'message', by: 'ada', text: '' });
    expect(readIrcLine('[09:03] <ada>')).toEqual({ type: 'message', by: 'ada', text: '' });
  });

  it('is an action, with a time or as a notice', () => {
    const wave = { type: 'action', by: 'ada', text: 'waves' };
    expect(readIrcLine('[09:03]  * ada waves')).toEqual(wave);
    expect(readIrcLine('=== ada waves')).toEqual(wave);
    expect(readIrcLine('=== ada has joined the fun')).toMatchObject({ type: 'action' });
  });

  it('is a join, a leave or a quit', () => {
    const join = '=== zcat[1]  [n=zcat@198.51.100.7]  has joined #rooms';
    expect(readIrcLine(join)).toEqual({ type: 'join', by: 'zcat[1]' });
    const left = '=== ada [n=ada@example.org]  has left #rooms ["Leaving"]';
    expect(readIrcLine(left)).toEqual({ type: 'leave', by: 'ada' });
    const quit = '=== ada [n=ada@example.org]  has quit [Ping timeout]';
    expect(readIrcLine(quit)).toEqual({ type: 'leave', by: 'ada' });
  });

  it('keeps a nick that was written with a space', () => {
    const line = '=== [B] olinho [n=b@example.org]  has joined #rooms';
    expect(readIrcLine(line)).toEqual({ type: 'join', by: '[B] olinho' });
  });

  it('is a nick change', () => {
    expect(readIrcLine('=== ada is now known as ada_away')).toEqual({
      type: 'nick',
      by: 'ada',
      to: 'ada_away',
    });
  });

  it('is a leave when somebody is kicked', () => {
    const line = '=== bob was kicked off #rooms by ada (enough)';
    expect(readIrcLine(line)).toEqual({ type: 'leave', by: 'bob' });
  });

  it.each([
    ['=== mode/#rooms [+o ada]  by ChanServ', 'mode'],
    ['=== ..[topic/#rooms:ada] : welcome', 'topic'],
    ['', 'blank'],
    ['hello?', 'not understood'],
    ['[09:03] hello?', 'not understood'],
  ])('is counted and not played: %s', (line, reason) => {
    expect(readIrcLine(line)).toBe(reason);
  });
});

describe('an IRC log', () => {
  const times = (lines: string[]) => parseIrcLog(lines).lines.map(({ atMs }) => atMs);

  it('numbers lines as the file does and counts what is not played', () => {
    const log = parseIrcLog([
      '=== mode/#a [+o ada]  by x',
      '[10:00] <ada> hi',
      'what',
      '[10:01] <bob> ho',
    ]);
    expect(log.lines.map(({ number, by }) => [number, by])).toEqual([
      [2, 'ada'],
      [4, 'bob'],
    ]);
    expect(log.skipped).toEqual({ mode: 1, 'not understood': 1 });
  });

  it('gives a notice the time of the line before', () => {
    const join = '=== bob [b@example.org]  has joined #a';
    expect(times([join, '[10:00] <ada> hi', join])).toEqual([undefined, 10 * HOUR, 10 * HOUR]);
  });

  it('goes on after midnight and never back', () => {
    const lines = ['[23:59] <a> x', '[00:01] <a> x', '[00:00] <a> x', '[00:01:30] <a> x'];
    const midnight = 24 * HOUR;
    expect(times(lines)).toEqual([
      midnight - MINUTE,
      midnight + MINUTE,
      midnight + MINUTE,
      midnight + 1.5 * MINUTE,
    ]);
  });
});
