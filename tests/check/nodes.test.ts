import { readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { roomcheck } from '../../check/roomcheck.ts';
import { noRedis } from '../kit/redis-server.ts';
import { tempDir } from '../kit/temp-dir.ts';

// Under CI longer; at one's desk what one waits for gladly.
const [SECONDS, FAULTS] = process.env['CI'] ? [20, 4] : [5, 1];

describe.skipIf(noRedis)('three nodes over one Redis, all of which is made to fail', () => {
  it(
    '[LOG1] [LOG3] [RES2] [RES3] [RES5] [SND1] [PRE2] [TYP1] [AUT1] [MSG3] keep every promise',
    async () => {
      const dir = tempDir();
      vi.stubEnv('TMPDIR', dir);
      onTestFinished(() => void vi.unstubAllEnvs());
      const small = { clients: 6, rooms: 3, writers: 4, pauseMs: 150 };
      const report = await roomcheck({ plans: 0, seconds: SECONDS, nodes: 3, ...small });
      // It cleans up behind itself.
      expect(readdirSync(dir)).toEqual([]);
      expect(report.isClean, report.text).toBe(true);
      const { counts = {}, faults = {} } = report.real ?? {};
      // Otherwise nothing was proved.
      expect(counts['acked']).toBeGreaterThan(200);
      expect(counts['access']).toBeGreaterThan(50);
      expect(counts['reacting']).toBeGreaterThan(50);
      expect(Object.keys(faults).length).toBeGreaterThanOrEqual(FAULTS);
    },
    (SECONDS + 240) * 1_000,
  );
});
