import { describe, expect, it } from 'vitest';
import { clientAddress, trustedProxies } from '../../../server/transport/client-address.ts';

const trusted = (...ranges: string[]) => {
  const isTrusted = trustedProxies(ranges);
  if (!isTrusted) throw new Error('not ranges');
  return isTrusted;
};

describe('clientAddress', () => {
  const isTrusted = trusted('10.0.0.0/8', '2001:db8::/32', '127.0.0.1');
  const from = (peer: string | undefined, forwardedFor?: string) =>
    clientAddress({ peer, forwardedFor }, isTrusted);

  it('[TRN5] is the peer, whatever a stranger says', () => {
    expect(from('203.0.113.7')).toBe('203.0.113.7');
    expect(from('203.0.113.7', '198.51.100.1')).toBe('203.0.113.7');
    expect(from('203.0.113.7', '10.0.0.1')).toBe('203.0.113.7');
  });

  it.each([
    ['198.51.100.1', '198.51.100.1'],
    ['203.0.113.9, 198.51.100.1', '198.51.100.1'],
    ['203.0.113.9,198.51.100.1, 10.1.2.3', '198.51.100.1'],
    ['10.9.9.9, 198.51.100.1, 10.1.2.3,10.0.0.2', '198.51.100.1'],
    ['198.51.100.1:5123', '198.51.100.1'],
    ['"[2001:db9::1]:443"', '2001:db9:0:0:0:0:0:1'],
    ['[2001:db9::1]', '2001:db9:0:0:0:0:0:1'],
    ['2001:db9::1', '2001:db9:0:0:0:0:0:1'],
    ['198.51.100.1, ::ffff:10.0.0.5', '198.51.100.1'],
    ['198.51.100.1, 2001:db8::7', '198.51.100.1'],
  ])('[TRN5] is the nearest stranger in %j of a proxy', (forwardedFor, address) => {
    expect(from('10.0.0.1', forwardedFor)).toBe(address);
    expect(from('::ffff:10.0.0.1', forwardedFor)).toBe(address);
  });

  it.each([
    [undefined, '10.0.0.1'],
    ['', '10.0.0.1'],
    ['unknown', '10.0.0.1'],
    ['198.51.100.1, unknown', '10.0.0.1'],
    ['198.51.100.1, _hidden', '10.0.0.1'],
    ['198.51.100.1,', '10.0.0.1'],
    ['198.51.100.1, <script>, 10.2.2.2', '10.2.2.2'],
    ['10.3.3.3, 10.2.2.2', '10.3.3.3'],
    [' , ,', '10.0.0.1'],
  ])('[TRN5] is the last proxy that is known in %j', (forwardedFor, address) => {
    expect(from('10.0.0.1', forwardedFor)).toBe(address);
  });

  it('is unknown when the socket is gone', () => {
    expect(from(undefined, '198.51.100.1')).toBe('unknown');
  });
});

describe('trustedProxies', () => {
  it('trusts addresses and ranges, and nobody without them', () => {
    const isTrusted = trusted(
      '192.0.2.1',
      '10.0.0.0/9',
      '2001:db8:0:1::/64',
      '::ffff:198.51.100.1',
    );
    expect(['192.0.2.1', '10.127.0.1', '2001:db8:0:1:9::', '198.51.100.1'].every(isTrusted)).toBe(
      true,
    );
    expect(['192.0.2.2', '10.128.0.1', '2001:db8:0:2::', '127.0.0.1'].some(isTrusted)).toBe(false);
    expect(trusted()('127.0.0.1')).toBe(false);
  });

  it.each(['', 'x', '1.2.3.4/', '1.2.3.4/33', '1.2.3.4/-1', '1.2.3.4/8/8', '::/129', '0.0.0.0/0'])(
    'takes %j for no range',
    (range) => expect(trustedProxies([range])).toBeUndefined(),
  );
});
