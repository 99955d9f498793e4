import { randomInt } from 'node:crypto';
import { describe, test } from 'vitest';
import { auditStorm } from './audit.js';
import { FAULTS, type Fault, type FaultyPart } from './faults.js';
import { runStorm } from './storm.js';

const { FAULT_SEEDS = '', FAULT_STORMS = '2', FAULT_STRIKES = '12' } = process.env;

const newSeed = () => randomInt(2 ** 31);

/** Seeds of the storms of everything: those that are named, or as many new ones as are asked for. */
const seeds =
  FAULT_SEEDS === ''
    ? Array.from({ length: Number(FAULT_STORMS) }, newSeed)
    : FAULT_SEEDS.split(',').map(Number);

const storm = (seed: number, faults: readonly Fault[], strikes: number) =>
  runStorm({ seed, faults, strikes }, auditStorm);

const about = (...parts: FaultyPart[]) => FAULTS.filter(({ part }) => parts.includes(part));

describe('a storm of faults loses nothing', () => {
  test.concurrent.each(seeds)('of all kinds, FAULT_SEEDS=%i', async (seed) => {
    await storm(seed, FAULTS, Number(FAULT_STRIKES));
  });
});

// One part alone, so that what that part may cost shows: most of them not a single duplicate.
describe('a storm of one kind of faults loses nothing', () => {
  test.concurrent.each([
    ['PostgreSQL', about('postgres')],
    ['Redis', about('redis')],
    ['workers', about('worker')],
    ['schedulers and the API', about('scheduler', 'api')],
    ['receivers', about('receiver')],
  ])('of %s', async (_name, faults) => {
    const seed = newSeed();
    process.stdout.write(`seed ${seed}\n`);
    await storm(seed, faults, 6);
  });
});
