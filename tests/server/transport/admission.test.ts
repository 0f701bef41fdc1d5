import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAdmission } from '../../../server/transport/admission.ts';

const open = (connections: number, connectionsPerAddress: number) => {
  const admission = createAdmission({ connections, connectionsPerAddress });
  /** Gives the way out of one who is let in. */
  const enter = (address: string) => {
    const holder = new EventEmitter();
    const refusal = admission.enter(holder, address);
    return refusal ? undefined : () => void holder.emit('close');
  };
  return { admission, enter };
};

describe('admission', () => {
  it('[TRN5] holds so many in all, and one more when one has left', () => {
    const { enter, admission } = open(2, 9);
    const leave = enter('192.0.2.1');
    enter('192.0.2.2');
    expect(admission.enter(new EventEmitter(), '192.0.2.3')).toMatchObject({
      status: 503,
      retryAfterS: 5,
    });
    leave?.();
    expect(enter('192.0.2.3')).toBeDefined();
  });

  it('[TRN5] holds so many of one address, of one /64 in IPv6, and others meanwhile', () => {
    const { enter } = open(99, 1);
    expect(enter('2001:db8:0:1:0:0:0:1')).toBeDefined();
    expect(enter('2001:db8:0:1:9:9:9:9')).toBeUndefined();
    expect(enter('2001:db8:0:2:0:0:0:1')).toBeDefined();
    expect(enter('192.0.2.1')).toBeDefined();
  });

  it('counts a way out once, however often it is taken', () => {
    const { enter } = open(99, 1);
    const leave = enter('192.0.2.1');
    leave?.();
    expect(enter('192.0.2.1')).toBeDefined();
    leave?.();
    expect(enter('192.0.2.1')).toBeUndefined();
  });

  it('never holds more than its limits, and is empty when all have left', () => {
    const addresses = fc.constantFrom('192.0.2.1', '192.0.2.2', '192.0.2.3');
    fc.assert(
      fc.property(fc.array(fc.option(addresses), { maxLength: 60 }), (steps) => {
        const { enter } = open(5, 3);
        const inside: { address: string; leave: () => void }[] = [];
        for (const address of steps) {
          if (address === null) {
            inside.shift()?.leave();
            continue;
          }
          const isRoom =
            inside.length < 5 && inside.filter((one) => one.address === address).length < 3;
          const leave = enter(address);
          expect(leave !== undefined).toBe(isRoom);
          if (leave) inside.push({ address, leave });
        }
        for (const { leave } of inside) leave();
        for (let count = 0; count < 3; count += 1) expect(enter('192.0.2.1')).toBeDefined();
      }),
    );
  });
});
