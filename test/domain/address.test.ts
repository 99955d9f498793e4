import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAddressPolicy } from '../../src/domain/address.js';
import { InvalidSettingsError } from '../../src/domain/errors.js';

const isPublic = createAddressPolicy({ allowCidrs: [] });

describe('createAddressPolicy', () => {
  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '93.184.216.34',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '169.253.255.255',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2001:4860:4860::8888',
    '2a00:1450:4001::1',
    '2001:200::1',
    '::ffff:8.8.8.8',
    '::ffff:808:808',
  ])('lets deliveries reach the public address %s', (address) => {
    expect(isPublic(address)).toBe(true);
  });

  test.each([
    // IPv4: first and last of every special range
    '0.0.0.0',
    '0.255.255.255',
    '10.0.0.0',
    '10.255.255.255',
    '100.64.0.0',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.255',
    '169.254.0.1',
    '169.254.169.254',
    '172.16.0.0',
    '172.31.255.255',
    '192.0.0.0',
    '192.0.0.255',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.0.0',
    '192.168.255.255',
    '198.18.0.0',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    // IPv6
    '::',
    '::1',
    '::7f00:1',
    '::a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::a00:1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:0:ffff::1',
    '2001:2::1',
    '2001:3::1',
    '2001:10::1',
    '2001:20::1',
    '2001:30::1',
    '2001:1ff:ffff::1',
    '2001:db8::1',
    '2002:7f00:1::1',
    '2002:808:808::1',
    '3fff::1',
    '3fff:fff:ffff::1',
    '4000::1',
    '5f00::1',
    '8000::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    // IPv4 in IPv6
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.1.2.3',
    '::ffff:169.254.169.254',
    '::ffff:0:10.0.0.1',
  ])('keeps deliveries from the special address %s', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  test.each(['', 'localhost', 'example.com', '127.1', '0x7f.0.0.1', '010.0.0.1', '1.2.3', '[::1]'])(
    'says no to %j, which is no address in the spelling of a resolver',
    (text) => {
      expect(createAddressPolicy({ allowCidrs: ['0.0.0.0/0', '::/0'] })(text)).toBe(false);
    },
  );

  test('lets deliveries reach the ranges that were allowed, and nothing beside them', () => {
    const isAllowed = createAddressPolicy({
      allowCidrs: ['10.1.0.0/16', '127.0.0.1/32', 'fd00::/8'],
    });
    for (const address of ['10.1.0.0', '10.1.255.255', '127.0.0.1', 'fd00::1', '::ffff:10.1.2.3']) {
      expect(isAllowed(address), address).toBe(true);
    }
    for (const address of ['10.0.255.255', '10.2.0.0', '127.0.0.2', 'fc00::1', '::ffff:10.2.0.0']) {
      expect(isAllowed(address), address).toBe(false);
    }
    expect(isAllowed('8.8.8.8')).toBe(true);
  });

  test.each([
    '',
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10/8',
    '0x0a.0.0.0/8',
    'fd00::/129',
    '::ffff:10.0.0.0/104',
    'localhost/8',
    'private',
  ])('refuses the range %j and names the setting', (cidr) => {
    const create = () => createAddressPolicy({ allowCidrs: ['127.0.0.0/8', cidr] });
    expect(create).toThrow(InvalidSettingsError);
    expect(create).toThrow('POSTHORN_ALLOW_CIDRS');
    expect(create).toThrow(JSON.stringify(cidr));
  });

  test('judges every IPv4 address the same when it comes mapped into IPv6', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(isPublic(`::ffff:${address}`)).toBe(isPublic(address));
      }),
    );
  });

  test('allows no IPv6 address outside 2000::/3', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }),
        (parts) => {
          const address = parts.map((part) => part.toString(16)).join(':');
          if (isPublic(address)) expect((parts[0] ?? 0) >> 13).toBe(1);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('allows every address of an allowed range, and with it all that was allowed before', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.ipV4(), (base, bits, other) => {
        const isAllowed = createAddressPolicy({ allowCidrs: [`${base}/${bits}`] });
        expect(isAllowed(base)).toBe(true);
        if (isPublic(other)) expect(isAllowed(other)).toBe(true);
      }),
    );
  });
});
