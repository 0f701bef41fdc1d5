import { describe, expect, it } from 'vitest';
import { createMemoryLog } from '../../../server/log/memory-log.ts';
import { limits, type Retention } from '../../../shared/index.ts';
import { logChangesContract } from '../../contract/log-changes-contract.ts';
import { logWitnessContract } from '../../contract/log-witness-contract.ts';
import { retention, roomLogContract } from '../../contract/room-log-contract.ts';

const ignore = () => {};
const kinds: Readonly<Record<string, Retention>> = retention;

function create() {
  return createMemoryLog({
    epoch: 'E1',
    retention: (kind) => kinds[kind] ?? retention.chat,
    onError: ignore,
  });
}

roomLogContract('memory', 'memory', async () => create());
logChangesContract('memory', async () => create());
logWitnessContract('memory', async () => create());

describe('memory log', () => {
  it('[SND1] caps the keys of a room and reports the window that it really keeps', async () => {
    const log = create();
    const room = { kind: 'chat', id: 'r' };
    const by = { id: 'ada', name: 'Ada' };
    const append = (index: number) =>
      log.append({ room, type: 'm', data: '1', by, at: index, idempotencyKey: `k${index}` });
    for (let index = 0; index <= limits.memoryKeys; index += 1) await append(index);
    expect(await append(1)).toMatchObject({ duplicate: true });
    expect(await append(0)).toMatchObject({ duplicate: false });
    expect(log.keyWindowMs(room, limits.memoryKeys)).toBe(limits.memoryKeys - 2);
    expect(log.keyWindowMs({ kind: 'chat', id: 'quiet' }, 1)).toBe(limits.keyWindowMs);
  });
});
