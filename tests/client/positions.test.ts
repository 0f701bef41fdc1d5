import { describe, expect, it, onTestFinished } from 'vitest';
import { createRooms } from '../../client/create-rooms.ts';
import { roomPosition } from '../../client/positions.ts';
import type { ClientStorage } from '../../client/storage/client-storage.ts';
import { memoryStorage } from '../../client/storage/memory-storage.ts';
import { chat, RoomError } from '../../shared/index.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { settle } from '../kit/settle.ts';
import { surfaced } from '../kit/surfaced.ts';

function stage(storage: ClientStorage = memoryStorage(), hear = () => {}) {
  const clock = manualClock();
  const errors: unknown[] = [];
  const of = (room: string, user = 'ada') =>
    roomPosition({
      storage,
      user: Promise.resolve(user),
      kind: 'chat',
      room,
      clock,
      onError: (error) => {
        errors.push(error);
        hear();
      },
    });
  return { storage, clock, errors, of };
}

describe('roomPosition', () => {
  it('writes the newest within a second, however many there are', async () => {
    let writes = 0;
    const inner = memoryStorage();
    const put: ClientStorage['put'] = (name, text) => {
      writes += 1;
      return inner.put(name, text);
    };
    const { clock, of } = stage({ ...inner, put });
    const position = of('r');
    for (let n = 1; n <= 500; n += 1) position.saw(`E:${n}`);
    clock.advance(1_000);
    await settle();
    expect([await of('r').load(), writes]).toEqual(['E:500', 1]);
  });

  it('writes at once when the room is left, and nothing twice', async () => {
    const { of } = stage();
    const position = of('r');
    position.saw('E:7');
    position.flush();
    position.flush();
    await settle();
    expect(await of('r').load()).toBe('E:7');
  });

  it('keeps none of nobody: the next one may be another', async () => {
    const { storage, errors, of } = stage();
    const position = of('r', '');
    position.saw('E:7');
    position.flush();
    await settle();
    expect(await of('r', '').load()).toBe(undefined);
    expect([await storage.list(''), errors]).toEqual([[], []]);
  });

  it('keeps rooms and users apart', async () => {
    const { of } = stage();
    const position = of('r');
    position.saw('E:7');
    position.flush();
    await settle();
    expect([await of('r2').load(), await of('r', 'bob').load()]).toEqual([undefined, undefined]);
  });

  it('waits for a storage that hangs for 5 s, and says so', async () => {
    const list = () => new Promise<never>(() => {});
    const { clock, errors, of } = stage({ ...memoryStorage(), list });
    const loaded = of('r').load();
    await settle();
    clock.advance(5_000);
    expect([await loaded, errors.length]).toEqual([undefined, 1]);
  });

  it('knows nothing when the storage fails, and says why', async () => {
    const broken = async () => {
      throw new Error('quota');
    };
    const { of, errors } = stage({ list: broken, put: broken, remove: broken });
    const position = of('r');
    expect(await position.load()).toBeUndefined();
    position.saw('E:1');
    position.flush();
    await settle();
    expect(errors).toHaveLength(2);
  });

  it('goes on when whoever hears of a failure throws', async () => {
    const thrown = surfaced();
    const inner = memoryStorage();
    const failing = { list: true, put: true };
    const failOnce = (what: 'list' | 'put') => {
      if (!failing[what]) return;
      failing[what] = false;
      throw new Error('quota');
    };
    const storage: ClientStorage = {
      ...inner,
      list: async (prefix) => {
        failOnce('list');
        return inner.list(prefix);
      },
      put: async (name, text) => {
        failOnce('put');
        await inner.put(name, text);
      },
    };
    const bug = new Error('a bug of the page');
    const { of } = stage(storage, () => {
      throw bug;
    });
    const position = of('r');
    expect(await position.load()).toBeUndefined();
    for (const place of ['E:1', 'E:2']) {
      position.saw(place);
      position.flush();
    }
    await settle();
    expect([await of('r').load(), thrown]).toEqual(['E:2', [bug, bug]]);
  });
});

describe('a room whose position is kept', () => {
  it.each([
    ['FORBIDDEN', 'there is no token for it'],
    ['DISCONNECTED', 'the connection is closed'],
  ])('fails with %s where nobody is known yet and %s', async (code) => {
    const touched: string[] = [];
    const touch = async (name: string) => void touched.push(name);
    const list = (name: string) => touch(name).then(() => []);
    const storage: ClientStorage = { list, put: touch, remove: touch };
    const token = () => {
      if (code === 'FORBIDDEN') throw new RoomError('FORBIDDEN');
      return new Promise<never>(() => {});
    };
    const rooms = createRooms({ chat }, { url: 'ws://127.0.0.1:9', token, positions: storage });
    onTestFinished(() => rooms.close());
    const room = rooms.chat.join('r', { onGap: 'reload' });
    if (code === 'DISCONNECTED') rooms.connection.close();
    await expect(room.ready).rejects.toMatchObject({ code });
    expect([room.current.state, touched]).toEqual(['failed', []]);
  });
});
