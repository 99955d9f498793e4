import type { Tier } from '../domain/tier.js';
import { takeDeadPort } from './dead-port.js';
import { type Receiver, startReceiver } from './receiver.js';
import { createSeededRandom } from './seeded-random.js';
import type { Later } from './teardown.js';

/** One endpoint of the demo, and what is registered for it. */
export interface Endpoint {
  readonly name: 'healthy' | 'flaky' | 'dead';
  /** What it does, in a few words. */
  readonly behaviour: string;
  readonly url: string;
  readonly eventTypes: readonly string[];
  readonly tier: Tier;
  /** Undefined where nothing listens. */
  readonly receiver: Receiver | undefined;
}

/** The share of its requests that the flaky endpoint answers with 500. */
const FLAKY_SHARE = 0.3;
const FLAKY_SEED = 20_261_123;

/**
 * Starts the three endpoints. They ask for the same events in three ways. Which requests the flaky one
 * refuses follows from their order alone, so that every run has the same number of them.
 */
export async function startEndpoints(later: Later): Promise<readonly Endpoint[]> {
  const healthy = await startReceiver({ fails: () => false });
  later(healthy.stop);
  const random = createSeededRandom(FLAKY_SEED);
  const flaky = await startReceiver({ fails: () => random() < FLAKY_SHARE });
  later(flaky.stop);
  const dead = await takeDeadPort();
  later(dead.stop);
  return [
    {
      name: 'healthy',
      behaviour: 'always 200',
      url: healthy.url,
      eventTypes: ['expense.*'],
      tier: 'critical',
      receiver: healthy,
    },
    {
      name: 'flaky',
      behaviour: '500 to 30 %',
      url: flaky.url,
      eventTypes: ['expense.created', 'expense.approved', 'expense.paid'],
      tier: 'standard',
      receiver: flaky,
    },
    {
      name: 'dead',
      behaviour: 'no listener',
      url: `http://127.0.0.1:${dead.port}/webhooks`,
      eventTypes: ['*'],
      tier: 'low',
      receiver: undefined,
    },
  ];
}
