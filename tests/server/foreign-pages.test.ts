import { expect, it } from 'vitest';
import { tellOfForeignPages } from '../../server/http/foreign-pages.ts';

it('[TRN5] of pages that were refused for their origin the log is told once each, and of few', () => {
  const said: unknown[] = [];
  const tell = tellOfForeignPages({ warn: (...all: unknown[]) => void said.push(all) });
  const refuse = (origin?: string) =>
    tell({ status: 403, message: 'no', ...(origin !== undefined && { origin }) });
  refuse();
  refuse('http://localhost:5173');
  refuse('http://localhost:5173');
  expect(said).toEqual([
    [{ origin: 'http://localhost:5173' }, expect.stringContaining('ALLOWED_ORIGINS')],
  ]);
  refuse(`https://${'x'.repeat(300)}`);
  for (let no = 0; no < 100; no += 1) refuse(`https://${no}.example`);
  expect(said).toHaveLength(20);
});
