import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RESERVED_KINDS, RESERVED_SHORTHANDS } from '../../shared/reserved-names.ts';

const spec = readFileSync(new URL('../../docs/SPEC.md', import.meta.url), 'utf8');

it.each([
  ['No kind is named', RESERVED_KINDS],
  ['No shorthand is named', RESERVED_SHORTHANDS],
])('[CON2] the specification has all names that are reserved: %s', (beginning, reserved) => {
  const sentence = new RegExp(`${beginning} (.*?)\\.\\n`, 's').exec(spec)?.[1] ?? '';
  const names = [...sentence.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect(new Set(names)).toEqual(new Set(reserved));
});
