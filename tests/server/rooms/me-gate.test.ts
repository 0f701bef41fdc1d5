import { expect, it } from 'vitest';
import { createMemoryBus } from '../../../server/bus/memory-bus.ts';
import { createMemoryRecords } from '../../../server/records/memory-records.ts';
import { MeGate } from '../../../server/rooms/me-gate.ts';
import { meRoom } from '../../../server/rooms/me-room.ts';
import { ME, me } from '../../../shared/index.ts';
import { ada, memoryLog, testHub } from '../../kit/rooms.ts';
import { settle } from '../../kit/settle.ts';

const room = meRoom(ada.id);
const contract = { [ME]: me };
const caller = {
  user: { ...ada, expiresAt: Number.MAX_SAFE_INTEGER },
  connectionId: 'c',
  sessionId: undefined,
  socket: undefined,
};

it('[USR1] whoever comes is told how far the stream was seen, though an earlier place was told of later', async () => {
  const log = memoryLog();
  for (let index = 0; index < 9; index += 1) {
    await log.append({ room, type: 'notification', data: '{"json":{}}', by: ada, at: 1 });
  }
  const bus = createMemoryBus();
  const records = createMemoryRecords();
  const late: (() => void)[] = [];
  // What this node tells takes its time.
  const slowBus: typeof bus = {
    ...bus,
    publish: async (...told) => {
      await new Promise<void>((resolve) => late.push(resolve));
      await bus.publish(...told);
    },
  };
  const gateOn = (one: typeof bus) => {
    const { hub, clock } = testHub({ log, contract, bus: one });
    return { hub, gate: new MeGate({ contract, hub, log, records, clock, meter: undefined }) };
  };
  const [slow, fast] = [gateOn(slowBus), gateOn(bus)];
  const marking = slow.gate.markSeen(caller, 'E:5');
  await settle();
  await fast.gate.markSeen(caller, 'E:9');
  while (late.length > 0) {
    late.shift()?.();
    await settle();
  }
  await marking;
  const { latest } = await fast.hub.latest(room);
  expect(latest.map(({ data }) => data)).toEqual([{ position: 'E:9' }]);
});
