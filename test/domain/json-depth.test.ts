import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nestsDeeperThan } from '../../src/domain/json-depth.js';

test.each([
  ['1', 0, false],
  ['[]', 0, true],
  ['[[]]', 1, true],
  ['[[]]', 2, false],
  ['[{"a":[]}]', 2, true],
  ['[{"a":[]}]', 3, false],
  ['[[],[],[],[]]', 2, false],
  ['"[[[["', 0, false],
  ['["\\"[[[["]', 1, false],
  ['["\\\\",[[]]]', 2, true],
  ['{"[[[\\"{{":"\\\\\\"]]"}', 1, false],
])('%s nests deeper than %i: %s', (json, limit, expected) => {
  expect(nestsDeeperThan(json, limit)).toBe(expected);
});

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test('the depth of every JSON value is told exactly', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const json = JSON.stringify(value);
      const depth = depthOf(value);
      expect(nestsDeeperThan(json, depth)).toBe(false);
      if (depth > 0) expect(nestsDeeperThan(json, depth - 1)).toBe(true);
    }),
  );
});
