import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { Clock } from '../domain/clock.js';
import { policyOf } from '../domain/policy.js';
import type { RepeatableJob } from '../queue/repeatable-jobs.js';
import { changeHolds } from '../store/holds.js';
import type { Ledger } from '../store/ledger.js';
import { claimProbes, type DueProbe, enlistProbes, recordProbe } from '../store/probes.js';
import { reactivateWebhook } from '../store/webhook-state.js';
import type { Replays } from '../webhooks/replays.js';
import type { WebhookTests } from '../webhooks/trials.js';

/** Tests made at the same time. */
const AT_ONCE = 20;

/** How long a webhook is left to the process that tests it, beside the time limit of the test. */
const PATIENCE_MS = 30_000;

/** The share by which an interval varies either way, so that webhooks of one endpoint don't come together. */
const JITTER = 0.1;

/** How many deliveries a webhook is let through after a test that succeeded, until one of them does. */
const FIRST_ALLOWANCE = 2;

/**
 * Tests webhooks that keep failing, and those that Posthorn deactivated, at growing intervals: a success
 * closes the breaker, or reactivates the webhook where its policy says so, and what waited comes at a growing
 * pace. Those that their owner deactivated are left alone.
 */
export function probesJob(options: {
  ledger: Ledger;
  tests: WebhookTests;
  replays: Pick<Replays, 'catchUp'>;
  settings: Pick<
    Settings,
    'policies' | 'testInterval' | 'testIntervalCap' | 'testGiveUp' | 'timeout'
  >;
  clock: Clock;
  random: () => number;
  log: Logger;
}): RepeatableJob {
  const { ledger, tests, replays, settings, clock, random, log } = options;
  const {
    testInterval: intervalMs,
    testIntervalCap: longestIntervalMs,
    testGiveUp: giveUpMs,
  } = settings;

  function nextAt(count: number): Date {
    const plainMs = Math.min(longestIntervalMs, intervalMs * 2 ** count);
    const ms = plainMs * (1 - JITTER + 2 * JITTER * random());
    return new Date(clock().getTime() + Math.round(ms));
  }

  /** @returns when it is tested again; null where what comes now tells how it does */
  async function takeUp(due: DueProbe, count: number) {
    const { webhookId, active, tier, overrides, hold, accountId, deactivatedAt } = due;
    const now = clock();
    if (active) {
      if (hold === null || hold === 'pacing') return null;
      const change = {
        state: 'pacing',
        allowance: FIRST_ALLOWANCE,
        openings: 0,
        releaseAt: now,
      } as const;
      await changeHolds(ledger, [{ webhookId, was: hold, change }], now);
      log.info({ webhookId, accountId }, 'breaker closed by a test');
      return null;
    }
    if (!policyOf(settings.policies[tier], overrides).reactivate) return nextAt(count);
    // Before it is active, so that a process that dies in between leaves it for the next test.
    if (deactivatedAt !== null) await replays.catchUp({ id: webhookId, accountId }, deactivatedAt);
    const detail = 'a test succeeded';
    const change = { owed: 'replay', actor: 'posthorn', detail, now } as const;
    const result = await reactivateWebhook(ledger, webhookId, change);
    const deliveries = result?.deliveries;
    if (result !== undefined) {
      log.info({ webhookId, accountId, deliveries }, 'webhook reactivated by a test');
    }
    return null;
  }

  async function probe(due: DueProbe): Promise<void> {
    const { webhookId, count } = due;
    const { ok, startedAt, response, error } = await tests.test(webhookId, { reason: 'automatic' });
    // Until a delivery succeeds, a test that did says little: should it fail again, the next one waits longer.
    const next = count + 1;
    const dueAt = ok ? await takeUp(due, next) : nextAt(next);
    await recordProbe(ledger, webhookId, {
      count: next,
      dueAt,
      lastAt: startedAt,
      lastOutcome: ok ? 'ok' : (error?.class ?? 'unknown'),
      lastStatusCode: response?.statusCode ?? null,
      lastError: error?.message ?? null,
    });
  }

  return {
    name: 'probes',
    schedule: { everyMs: 30_000 },
    async run() {
      await enlistProbes(ledger, { now: clock(), intervalMs, longestIntervalMs, giveUpMs });
      for (;;) {
        const leaseMs = settings.timeout + PATIENCE_MS;
        const due = await claimProbes(ledger, { limit: AT_ONCE, now: clock(), leaseMs });
        await Promise.all(
          due.map((each) =>
            // A webhook that was deleted meanwhile, or a fault of ours: the lease brings the others back.
            probe(each).catch((thrown) => {
              const { webhookId, accountId } = each;
              log.warn({ error: thrown, webhookId, accountId }, 'not tested');
            }),
          ),
        );
        if (due.length < AT_ONCE) return;
      }
    },
  };
}
