import { expect, test } from 'vitest';
import { clientNetwork } from '../../src/domain/client-network.js';

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2::1', '20010db800010002/64'],
  ['2001:db8:1:2:ffff::', '20010db800010002/64'],
  ['2001:db8:1:3::1', '20010db800010003/64'],
  ['::1', '0000000000000000/64'],
  ['unknown', undefined],
  ['203.0.113.7:80', undefined],
  ['0x7f.1', undefined],
  ['', undefined],
])('the client of %s is %s', (address, network) => {
  expect(clientNetwork(address)).toBe(network);
});
