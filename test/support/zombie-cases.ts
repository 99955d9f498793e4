import type { WebhookHealth } from '../../src/domain/zombie.js';

/** The zombie rule as a table, for the rule and for the statement that sweeps by it. */

const DAY_MS = 86_400_000;

export const ZOMBIE_NOW = new Date('2026-11-23T12:00:00Z');

export const THRESHOLDS_MS = {
  critical: 365 * DAY_MS,
  standard: 180 * DAY_MS,
  low: 90 * DAY_MS,
} as const;

function daysAgo(days: number, andMs = 0): Date {
  return new Date(ZOMBIE_NOW.getTime() - days * DAY_MS - andMs);
}

interface ZombieCase {
  readonly name: string;
  readonly webhook: WebhookHealth;
  readonly zombie: boolean;
}

function zombieCase(name: string, zombie: boolean, webhook: Partial<WebhookHealth>): ZombieCase {
  return {
    name,
    zombie,
    webhook: {
      active: true,
      tier: 'standard',
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
