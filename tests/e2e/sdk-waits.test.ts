import { describe, expect, it } from 'vitest';
import { createLogger } from '../../server/index.ts';
import { sdkClient, startServer } from '../kit/clients.ts';
import { roadTo } from '../kit/road.ts';

describe('a handle that waits for what passes', () => {
  it('joins though the policy of the server fails at first, and says meanwhile why it waits', async () => {
    let asked = 0;
    const authorize = async () => {
      asked += 1;
      if (asked === 1) throw new Error('the database is away');
      return true;
    };
    const server = await startServer({ authorize, logger: createLogger('silent') });
    const room = (await sdkClient(server, 'ada')).chat.join('r', { onGap: 'reload' });
    const errors: unknown[] = [];
    room.subscribe((state) => {
      if (state.state === 'joining') errors.push(state.error?.code);
    });
    expect(await room.ready).toMatchObject({ start: 'fresh' });
    expect([errors, room.current]).toMatchObject([['INTERNAL'], { state: 'joined' }]);
  });

  it('says that its client follows as many rooms as it may, and joins when one is left', async () => {
    const rooms = await sdkClient(await startServer(), 'ada');
    const handles = Array.from({ length: 129 }, (_, index) =>
      rooms.chat.join(`r${index}`, { onGap: 'reload' }),
    );
    const last = handles[128];
    const told = new Promise((resolve) => last?.subscribe(resolve));
    expect(await told).toMatchObject({ state: 'joining', error: { code: 'TOO_MANY' } });
    await Promise.all(handles.slice(0, 128).map(({ ready }) => ready));
    handles[0]?.leave();
    expect(await last?.ready).toMatchObject({ start: 'fresh' });
    expect(last?.current).not.toHaveProperty('error');
  });

  it('[CON4] joins though the connection falls while its state is read', async () => {
    const server = await startServer();
    const road = await roadTo(server);
    const rooms = await sdkClient(server, 'ada', road.url);
    const page: unknown[] = [];
    let loads = 0;
    const room = rooms.chat.join('r', {
      onGap: 'reload',
      loadState: async () => {
        loads += 1;
        const reading = room.history();
        if (loads === 1) road.cut();
        page.push((await reading).events);
      },
    });
    await room.ready;
    expect([loads, page, room.current.state]).toEqual([2, [[]], 'joined']);
  });
});
