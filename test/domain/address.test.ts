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
    // Zones
    'fe80::1%1',
    '2606:4700:4700::1111%eth0',
    '::ffff:8.8.8.8%eth0',
    // IPv4: what is left of the special ranges
    '192.31.196.1',
    '192.52.193.1',
    '192.175.48.1',
    '192.88.99.0',
    '233.252.0.1',
    '255.255.255.254',
    // IPv6: what is left of the special ranges
    '100::ffff:ffff:ffff:ffff',
    '2001:1::1',
    '2001:2:0:ffff::1',
    '2001:4:112::1',
    '2001:2f:ffff::1',
    '2001:db8:ffff:ffff::1',
    '2620:4f:8000::1',
    '5f00:ffff::1',
    'feb0::1',
    'feff::1',
    'fdff:ffff::1',
    'ff0e::1',
  ])('keeps deliveries from the special address %s', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  test.each([
    ['IPv4-compatible', '::8.8.8.8'],
    ['IPv4-translated', '::ffff:0:8.8.8.8'],
    ['NAT64', '64:ff9b::8.8.8.8'],
    ['NAT64 of a network', '64:ff9b:1::8.8.8.8'],
    ['NAT64 of a network', '64:ff9b:1:808:8:800::'],
    ['6to4', '2002:808:808::1'],
    ['Teredo', '2001:0:808:808:0:0:f7f7:f7f7'],
    ['ISATAP', '2606:4700::5efe:8.8.8.8'],
    ['ISATAP', '2606:4700::200:5efe:8.8.8.8'],
    ['ISATAP', '2606:4700:1:2:100:5efe:8.8.8.8'],
    ['ISATAP', '2606:4700:1:2:300:5efe:8.8.8.8'],
  ])(
    'keeps deliveries from the %s address %s, though the IPv4 address in it is public',
    (_form, address) => {
      expect(isPublic(address)).toBe(false);
    },
  );

  test('takes no address for ISATAP that only looks a little like it', () => {
    for (const address of ['2606:4700::5efe:1:808:808', '2606:4700::400:5efe:808:808']) {
      expect(isPublic(address), address).toBe(true);
    }
  });

  test.each([
    ['64:ff9b::/96', '64:ff9b::8.8.8.8', ['64:ff9b::10.0.0.1', '64:ff9b::169.254.169.254']],
    ['64:ff9b:1::/48', '64:ff9b:1::8.8.8.8', ['64:ff9b:1::10.0.0.1', '64:ff9b:1::127.0.0.1']],
    ['2002::/16', '2002:808:808::1', ['2002:a00:1::1', '2002:a9fe:a9fe::1']],
    [
      '2001::/32',
      '2001:0:808:808:0:0:f7f7:f7f7',
      ['2001:0:a00:1:0:0:f7f7:f7f7', '2001:0:808:808:0:0:f5ff:fffe'],
    ],
    ['fd00::/8', 'fd00::5efe:8.8.8.8', ['fd00::5efe:10.0.0.1', 'fd00::200:5efe:127.0.0.1']],
    ['::/0', '::8.8.8.8', ['::10.0.0.1', '64:ff9b::10.0.0.1', '2002:a00:1::1', '::ffff:10.0.0.1']],
  ])('with %s allowed reaches %s, and no private IPv4 address through it', (cidr, open, closed) => {
    const isAllowed = createAddressPolicy({ allowCidrs: [cidr] });
    expect(isAllowed(open)).toBe(true);
    for (const address of closed) expect(isAllowed(address), address).toBe(false);
  });

  test('reaches a private IPv4 address through a translator where both are allowed', () => {
    const isAllowed = createAddressPolicy({ allowCidrs: ['64:ff9b::/96', '10.0.0.0/8'] });
    expect(isAllowed('64:ff9b::10.0.0.1')).toBe(true);
    expect(isAllowed('64:ff9b::192.168.0.1')).toBe(false);
  });

  test.each([
    '169.254.169.254',
    '169.254.170.2',
    '169.254.169.123',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
    'fd00:ec2::254',
    'fd20:ce::254',
    '::ffff:168.63.129.16',
    '::ffff:a9fe:a9fe',
    'FD00:0EC2:0:0:0:0:0:0254',
  ])(
    'keeps deliveries from the metadata service at %s unless that address alone is allowed',
    (address) => {
      expect(isPublic(address)).toBe(false);
      const wide = createAddressPolicy({
        allowCidrs: ['0.0.0.0/0', '::/0', '100.64.0.0/10', 'fd00::/8'],
      });
      expect(wide(address)).toBe(false);
      const alone = address.replace('::ffff:a9fe:a9fe', '169.254.169.254').replace('::ffff:', '');
      const bits = alone.includes(':') ? 128 : 32;
      expect(createAddressPolicy({ allowCidrs: [`${alone}/${bits}`] })(address)).toBe(true);
    },
  );

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

  test('allows no IPv4 address that is carried in IPv6, and in an allowed range those alone that it allows', () => {
    const throughTunnels = createAddressPolicy({
      allowCidrs: ['64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', '2a00::/16'],
    });
    fc.assert(
      fc.property(fc.ipV4(), (carried) => {
        const [a = 0, b = 0, c = 0, d = 0] = carried.split('.').map(Number);
        const parts = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
        for (const address of [
          `64:ff9b::${carried}`,
          `64:ff9b:1::${carried}`,
          `2002:${parts}::1`,
          `2a00::5efe:${carried}`,
          `2a00:1:2:3:200:5efe:${parts}`,
        ]) {
          expect(isPublic(address), address).toBe(false);
          expect(throughTunnels(address), address).toBe(isPublic(carried));
        }
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
