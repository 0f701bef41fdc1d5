import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKey, isLoopbackAddress, normalAddress } from '../../../server/transport/address.ts';

describe('normalAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::1', '0:0:0:0:0:0:0:1'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['2001:DB8::00ff', '2001:db8:0:0:0:0:0:ff'],
    ['1::8', '1:0:0:0:0:0:0:8'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0:0:0:c000:201'],
    ['fe80::1%eth0', 'fe80:0:0:0:0:0:0:1'],
  ])('writes %s as %s', (text, normal) => {
    expect(normalAddress(text)).toBe(normal);
  });

  it.each(['', 'unknown', 'localhost', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '1.2.3.4/8'])(
    'says of %j that it is none',
    (text) => expect(normalAddress(text)).toBeUndefined(),
  );

  it('writes every address in one way, and takes its own writing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const normal = normalAddress(text) ?? '';
        expect(normalAddress(normal)).toBe(normal);
        // An independent reading: what a URL makes of a host.
        const host = (address: string) =>
          new URL(`http://${address.includes(':') ? `[${address}]` : address}`).hostname;
        const isMapped = host(text).startsWith('[::ffff:') && !normal.includes(':');
        expect(host(isMapped ? `::ffff:${normal}` : normal)).toBe(host(text));
      }),
    );
  });
});

describe('addressKey', () => {
  const key = (text: string) => addressKey(normalAddress(text) ?? '');

  it('[TRN5] counts an IPv6 address as its /64, and IPv4 as itself however it is written', () => {
    expect(key('2001:db8:1:2::1')).toBe(key('2001:db8:1:2:ffff:ffff:ffff:ffff'));
    expect(key('2001:db8:1:2::1')).not.toBe(key('2001:db8:1:3::1'));
    expect(key('::ffff:192.0.2.1')).toBe(key('192.0.2.1'));
    expect(key('192.0.2.1')).not.toBe(key('192.0.2.2'));
  });
});

describe('isLoopbackAddress', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.8.9.1', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['128.0.0.1', false],
    ['12.7.0.1', false],
    ['::2', false],
    ['fe80::1', false],
  ])('says of %s: %s', (text, isLoopback) => {
    expect(isLoopbackAddress(normalAddress(text) ?? '')).toBe(isLoopback);
  });
});
