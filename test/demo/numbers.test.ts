import { describe, expect, test } from 'vitest';
import { percentiles } from '../../src/demo/percentiles.js';
import { createSeededRandom } from '../../src/demo/seeded-random.js';

describe('percentiles', () => {
  test('are values of the list, by the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentiles(hundred)).toEqual({ p50: 50, p95: 95 });
    expect(percentiles([7])).toEqual({ p50: 7, p95: 7 });
  });

  test('are null where there are no values', () => {
    expect(percentiles([])).toBeNull();
  });
});

test('a seeded random repeats, lies between 0 and 1, and is even', () => {
  const draw = (seed: number) => Array.from({ length: 10_000 }, createSeededRandom(seed));
  const numbers = draw(1);
  expect(draw(1)).toEqual(numbers);
  expect(draw(2)).not.toEqual(numbers);
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  const below = numbers.filter((number) => number < 0.3).length / numbers.length;
  expect(below).toBeCloseTo(0.3, 1);
});
