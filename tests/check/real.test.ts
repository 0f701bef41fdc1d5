import { readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { roomcheck } from '../../check/roomcheck.ts';
import { startServer } from '../kit/clients.ts';
import { tempDir } from '../kit/temp-dir.ts';

// Under CI a whole minute; at one's desk what one waits for gladly.
const SECONDS = process.env['CI'] ? 60 : 12;

describe('real processes under real faults', () => {
  it(
    '[LOG1] [LOG2] [LOG3] [RES2] [RES3] [SND1] [AUT1] [MSG3] keep every promise',
    async () => {
      const dir = tempDir();
      vi.stubEnv('TMPDIR', dir);
      onTestFinished(() => void vi.unstubAllEnvs());
      // Fewer clients and writers than it could take: other tests run beside it.
      const size = { clients: 4, rooms: 2, writers: 4, pauseMs: 100 };
      const report = await roomcheck({ plans: 0, seconds: SECONDS, ...size });
      // It cleans up behind itself.
      expect(readdirSync(dir)).toEqual([]);
      expect(report.isClean, report.text).toBe(true);
      const { counts = {}, faults = {} } = report.real ?? {};
      // Otherwise nothing was proved.
      expect(counts['acked']).toBeGreaterThan(SECONDS * 20);
      expect(counts['access']).toBeGreaterThan(100);
      expect(counts['reacting']).toBeGreaterThan(100);
      expect(Object.keys(faults).length).toBeGreaterThan(3);
    },
    (SECONDS + 120) * 1_000,
  );

  it('judges a server that somebody else runs, and leaves its process alone', async () => {
    const server = await startServer();
    const report = await roomcheck({
      seconds: 3,
      server: { url: server.socketUrl, token: await server.token('checker') },
      clients: 2,
      rooms: 1,
      writers: 4,
    });
    expect(report.isClean, report.text).toBe(true);
    expect(report.simulated).toBeUndefined();
    expect(report.real?.counts['acked']).toBeGreaterThan(50);
  });
});
