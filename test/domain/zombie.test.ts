import { describe, expect, test } from 'vitest';
import { isZombie } from '../../src/domain/zombie.js';
import { thresholdOf, ZOMBIE_CASES, ZOMBIE_NOW } from '../support/zombie-cases.js';

describe('the zombie rule', () => {
  test.each(ZOMBIE_CASES)('$name: $zombie', ({ webhook, zombie }) => {
    expect(isZombie(webhook, thresholdOf(webhook), ZOMBIE_NOW)).toBe(zombie);
  });
});
