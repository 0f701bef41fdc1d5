import { describe, expect, it } from 'vitest';
import {
  kernelQueues,
  kernelSides,
  parseTable,
} from '../../../server/transport/ws/kernel-queues.ts';
import { tcpPair } from '../../kit/tcp-pair.ts';
import { waitFor } from '../../kit/wait-for.ts';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:0BB8 0200000A:C350 01 0000ABCD:00000000 01:00000014 00000003  1000        2 2 1 0 20 4 30 10 -1
`;
const TABLE6 = `   0: 00000000000000000000000001000000:0BB8 0000000000000000FFFF00000200000A:C351 01 00000010:00000000 00:00000000 00000000     0        0 3 1
   1: 00000000000000000000000001000000:0BB8 B80D0120000000000000000001000000:C352 01 00000011:00000000 04:00000014 00000000     0       10 4 1
`;

describe('parseTable', () => {
  it('names connections as sockets do, IPv4 and IPv6', () => {
    expect([...parseTable(TABLE)].slice(1)).toEqual([
      { name: '3000 50000 10.0.0.2', bytes: 0xab_cd, unanswered: 5 },
    ]);
    expect([...parseTable(TABLE6)]).toEqual([
      { name: '3000 50001 10.0.0.2', bytes: 16, unanswered: 0 },
      { name: '3000 50002 2001:db8:0:0:0:0:0:1', bytes: 17, unanswered: 10 },
    ]);
    expect([...parseTable('')]).toEqual([]);
  });
});

// Only Linux tells.
const isTold = process.platform === 'linux';

describe.runIf(isTold)(
  `kernelQueues${isTold ? '' : ' (NOT TESTED: this system has no /proc/net)'}`,
  () => {
    it.each(['127.0.0.1', '::1'])(
      'tells what a stopped reader at %s leaves unread',
      async (host) => {
        const { client } = await tcpPair(host);
        expect(await kernelQueues([client])).toEqual(new Map([[client, 0]]));
        while (client.write(Buffer.alloc(1_000_000)));
        await waitFor(async () => {
          expect((await kernelQueues([client])).get(client)).toBeGreaterThan(0);
        });
        // The other end answers each question, with no room.
        await waitFor(async () => {
          const side = (await kernelSides([client])).get(client);
          expect(side?.unanswered).toBeLessThan(2);
        });
      },
    );
  },
);
