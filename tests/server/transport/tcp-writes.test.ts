import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const MODULE = new URL('../../../server/transport/ws/tcp-writes.ts', import.meta.url);

describe('TcpWrites', () => {
  it('[TRN3] end no process that has Node throw at what is or will be deprecated, and say nothing', () => {
    const code = `import { TcpWrites } from ${JSON.stringify(MODULE.href)};
      setImmediate(() => console.log(TcpWrites.find() !== undefined, process.noDeprecation));`;
    const flags = ['--throw-deprecation', '--pending-deprecation', '--input-type=module'];
    const said = execFileSync(process.execPath, [...flags, '--eval', code], { encoding: 'utf8' });
    expect(said).toBe('true false\n');
  });
});
