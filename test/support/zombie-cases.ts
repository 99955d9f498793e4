import { readSettings } from '../../src/config.js';
import { type Policies, policyOf, type StoredOverrides } from '../../src/domain/policy.js';
import { perTier, type Tier } from '../../src/domain/tier.js';
import type { WebhookHealth } from '../../src/domain/zombie.js';

/** The zombie rule as a table, for the rule and for the statement that sweeps by it. */

const DAY_MS = 86_400_000;

export const ZOMBIE_NOW = new Date('2026-11-23T12:00:00Z');

export const THRESHOLDS_MS = {
  critical: 365 * DAY_MS,
  standard: 180 * DAY_MS,
  low: 90 * DAY_MS,
} as const;

/** The policies of all tiers with these thresholds. */
export const POLICIES: Policies = perTier((tier) => ({
  ...readSettings({}, {}).policies[tier],
  zombieAfterMs: THRESHOLDS_MS[tier],
}));

/** The threshold that holds for a case, in milliseconds. */
export function thresholdOf({
  tier,
  overrides,
}: Pick<ZombieCase['webhook'], 'tier' | 'overrides'>): number {
  return policyOf(POLICIES[tier], overrides).zombieAfterMs;
}

function daysAgo(days: number, andMs = 0): Date {
  return new Date(ZOMBIE_NOW.getTime() - days * DAY_MS - andMs);
}

interface ZombieCase {
  readonly name: string;
  readonly webhook: WebhookHealth & { readonly tier: Tier; readonly overrides: StoredOverrides };
  readonly zombie: boolean;
}

function zombieCase(
  name: string,
  zombie: boolean,
  webhook: Partial<ZombieCase['webhook']>,
): ZombieCase {
  return {
    name,
    zombie,
    webhook: {
      active: true,
      tier: 'standard',
      overrides: {},
      activeSince: daysAgo(1_000),
      lastSuccess: null,
      failingSince: daysAgo(400),
      ...webhook,
    },
  };
}

export const ZOMBIE_CASES: readonly ZombieCase[] = [
  zombieCase('never succeeded since long ago', true, {}),
  zombieCase('never succeeded, registered lately', false, { activeSince: daysAgo(10) }),
  zombieCase('never sent anything', false, { failingSince: null }),
  zombieCase('last success long ago, and nothing sent since', false, {
    lastSuccess: daysAgo(900),
    failingSince: null,
  }),
  zombieCase('last success long ago, first failure just now', true, {
    lastSuccess: daysAgo(900),
    failingSince: daysAgo(0),
  }),
  zombieCase('failing, last success lately', false, { lastSuccess: daysAgo(20) }),
  zombieCase('reactivated lately', false, { lastSuccess: daysAgo(900), activeSince: daysAgo(5) }),
  zombieCase('reactivated long ago', true, {
    lastSuccess: daysAgo(900),
    activeSince: daysAgo(181),
  }),
  zombieCase('inactive already', false, { active: false }),
  zombieCase('with a shorter threshold of its own', true, {
    lastSuccess: daysAgo(20),
    overrides: { zombieAfterMs: 10 * DAY_MS },
  }),
  zombieCase('with a longer threshold of its own', false, {
    lastSuccess: daysAgo(200),
    overrides: { zombieAfterMs: 300 * DAY_MS },
  }),
  ...(['critical', 'standard', 'low'] as const).flatMap((tier) => {
    const days = THRESHOLDS_MS[tier] / DAY_MS;
    return [
      zombieCase(`${tier}, quiet for exactly its threshold`, false, {
        tier,
        lastSuccess: daysAgo(days),
      }),
      zombieCase(`${tier}, a millisecond longer`, true, { tier, lastSuccess: daysAgo(days, 1) }),
      zombieCase(`${tier}, a day less`, false, { tier, lastSuccess: daysAgo(days - 1) }),
    ];
  }),
];
