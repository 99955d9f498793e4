import { describe, expect, test } from 'vitest';
import { firstIdAt, isId, newId } from '../../src/domain/id.js';

const noon = new Date('2026-11-23T12:00:00Z');

describe('newId', () => {
  test('is the prefix and the 32 hex digits of a UUIDv7', () => {
    expect(newId('evt_', noon)).toMatch(/^evt_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
    expect(isId('evt_', newId('evt_', noon))).toBe(true);
  });

  test('ids sort by time, and no two are the same', () => {
    const ids = Array.from({ length: 1_000 }, (_, ms) =>
      newId('dlv_', new Date(noon.getTime() + ms)),
    );
    expect(ids.toSorted()).toEqual(ids);
    expect(newId('dlv_', noon)).not.toBe(newId('dlv_', noon));
  });

  test('lies between the first ids of its millisecond and the next', () => {
    const id = newId('dlv_', noon);
    expect(id > firstIdAt('dlv_', noon)).toBe(true);
    expect(id < firstIdAt('dlv_', new Date(noon.getTime() + 1))).toBe(true);
  });
});

test.each([
  '',
  'evt_',
  'evt_123',
  'dlv_01a2091916fa74c38639627e0beef7ef',
  'evt_01A2091916FA74C38639627E0BEEF7EF',
])('%j is no event id', (text) => {
  expect(isId('evt_', text)).toBe(false);
});
