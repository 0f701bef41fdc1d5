import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseNdjsonLog } from '../../cli/replay/ndjson-log.ts';
import { parseLog, readLog } from '../../cli/replay/read-log.ts';
import { tempDir } from '../kit/temp-dir.ts';

describe('an NDJSON log', () => {
  it('reads every type, and a message where there is none', () => {
    const { lines } = parseNdjsonLog([
      '{"by":"ada","text":"hi","at":"2026-01-02T03:04:05Z","channel":"x"}',
      '{"type":"action","by":"ada","text":"waves","at":5}',
      '{"type":"join","by":"bob"}',
      '{"type":"nick","by":"bob","to":"rob"}',
      '{"type":"leave","by":"rob"}',
    ]);
    expect(lines).toEqual([
      { number: 1, atMs: Date.UTC(2026, 0, 2, 3, 4, 5), type: 'message', by: 'ada', text: 'hi' },
      { number: 2, atMs: 5, type: 'action', by: 'ada', text: 'waves' },
      { number: 3, atMs: undefined, type: 'join', by: 'bob' },
      { number: 4, atMs: undefined, type: 'nick', by: 'bob', to: 'rob' },
      { number: 5, atMs: undefined, type: 'leave', by: 'rob' },
    ]);
  });

  it.each([
    ['{"by":"ada"', 'is not JSON'],
    ['[1]', 'the line is not a JSON object'],
    ['7', 'the line is not a JSON object'],
    ['{"text":"hi"}', 'by must name who it is'],
    ['{"by":"ada"}', 'text must be the text'],
    ['{"by":"ada","type":"shout","text":"x"}', 'type must be message'],
    ['{"by":"ada","type":"nick"}', 'to must be the new nick'],
    ['{"by":"ada","text":"x","at":"noon"}', 'at must be an ISO date'],
  ])('names the line and what is wrong with it: %s', (wrong, words) => {
    const text = `{"by":"ada","text":"fine"}\n\n${wrong}\n`;
    expect(() => parseLog(text)).toThrow(expect.objectContaining({ line: 3 }));
    expect(() => parseLog(text)).toThrow(words);
  });
});

describe('a chat log', () => {
  it('is told apart by its content', () => {
    expect(parseLog('\uFEFF[10:00] <ada> hi\r\n').format).toBe('irc');
    expect(parseLog('\n{"by":"ada","text":"hi"}').format).toBe('ndjson');
  });

  it('leaves out and counts what no room would take', () => {
    const long = 'x'.repeat(4001);
    const log = parseLog(
      `[10:00] <ada> ok\n[10:00] <ada>  \n[10:00] <ada> ${long}\n[10:00] <a\u202Eda> hi\n=== ada is now known as \u200B\n`,
    );
    expect(log.lines).toHaveLength(1);
    expect(log.skipped).toEqual({ 'empty text': 1, 'text too long': 1, 'unusable name': 2 });
  });

  it('sends an action as /me', () => {
    expect(parseLog('[10:00]  * ada waves').lines).toMatchObject([
      { type: 'action', text: '/me waves' },
    ]);
  });

  it.each([
    ['', 1, 'empty'],
    ['\n \n', 1, 'empty'],
    ['\ncolumn;other\n1;2\n', 2, 'neither IRC text nor NDJSON'],
    ['\u001B[2J\u001B]0;gone\u0007', 1, '\\u{1b}[2J'],
    ['=== ada [a@example.org]  has joined #a\n', 1, 'without a single message'],
  ])('is refused when it is none: %j', (text, line, words) => {
    expect(() => parseLog(text)).toThrow(expect.objectContaining({ line }));
    expect(() => parseLog(text)).toThrow(words);
  });

  it('is refused with its file and line', async () => {
    const file = join(tempDir(), 'log');
    writeFileSync(file, '{"by":"ada","text":"hi"}\n{');
    await expect(readLog(file)).rejects.toThrow(`${file}, line 2: is not JSON`);
    writeFileSync(file, Buffer.from([10, 31, 139, 0]));
    await expect(readLog(file)).rejects.toThrow(`${file}, line 2: the file is no text`);
  });

  it('is refused when it cannot be read', async () => {
    const dir = tempDir();
    await expect(readLog(join(dir, 'none'))).rejects.toThrow('there is no such file');
    await expect(readLog(dir)).rejects.toThrow(`cannot read ${dir}`);
  });
});
