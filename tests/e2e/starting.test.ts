import { createServer as createNetServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../../server/config.ts';
import { createRooms } from '../../server/create-rooms.ts';
import { createServer } from '../../server/create-server.ts';
import { StartError } from '../../server/start-error.ts';
import { chat, defineRoom, durable } from '../../shared/index.ts';
import { tempDir } from '../kit/temp-dir.ts';

describe('starting', () => {
  const config = (more: Record<string, string>) =>
    readConfig({ PORT: '0', LOG_LEVEL: 'silent', ...more });

  it('refuses a port in use, saying which, and leaves the data directory free', async () => {
    const taken = createNetServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const DATA_DIR = tempDir();
    const error = await createServer(config({ DATA_DIR, PORT: String(port) })).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(StartError);
    expect(String(error)).toContain(`127.0.0.1:${port}`);
    taken.close();
    await (await createServer(config({ DATA_DIR }))).close();
  });

  it('refuses a contract whose keys are not its kinds’ names, and leaves nothing open', async () => {
    const dataDir = tempDir();
    const refused = await createRooms({ rooms: { talk: chat }, dataDir }).catch((e: unknown) => e);
    expect(refused).toBeInstanceOf(StartError);
    expect(refused).toMatchObject({ message: 'rooms: "talk" must be named chat, as its kind' });
    await (await createRooms({ rooms: { chat }, dataDir })).close();
  });

  it('refuses private streams that are not made by defineMe, saying what to do', async () => {
    const dataDir = tempDir();
    const mine = defineRoom('me', { events: { shipped: durable(z.object({})) } });
    const refused = await createRooms({ rooms: { me: mine }, dataDir }).catch((e: unknown) => e);
    expect(refused).toBeInstanceOf(StartError);
    expect(refused).toMatchObject({
      message: 'rooms: "me" must be made by defineMe',
      advice: expect.stringContaining('`defineMe`'),
    });
    await (await createRooms({ rooms: { chat }, dataDir })).close();
  });

  it('refuses a second server on the same DATA_DIR and leaves the first one working', async () => {
    const DATA_DIR = tempDir();
    const first = await createServer(config({ DATA_DIR }));
    await expect(createServer(config({ DATA_DIR }))).rejects.toThrow(/another server/);
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
    await first.close();
  });
});
