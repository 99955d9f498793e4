import { randomInt } from 'node:crypto';
import { describe, test } from 'vitest';
import { auditStorm } from './audit.js';
import { runStorm } from './storm.js';

/** Seeds to run: those that are named, or as many new ones as are asked for. */
function seeds(): number[] {
  const { FAULT_SEEDS = '', FAULT_STORMS = '3' } = process.env;
  if (FAULT_SEEDS !== '') return FAULT_SEEDS.split(',').map(Number);
  return Array.from({ length: Number(FAULT_STORMS) }, () => randomInt(2 ** 31));
}

const STRIKES = Number(process.env.FAULT_STRIKES ?? 12);

describe('a storm of faults loses nothing', () => {
  test.concurrent.each(seeds())('FAULT_SEEDS=%i', async (seed) => {
    await runStorm(seed, STRIKES, auditStorm);
  });
});
