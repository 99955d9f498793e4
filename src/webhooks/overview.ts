import { LRUCache } from 'lru-cache';
import type { Settings } from '../config.js';
import type { AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import type { Quality } from '../domain/stats.js';
import { qualityOf, SPANS, spanStart } from '../domain/stats.js';
import { zombieAfter } from '../domain/zombie.js';
import type { DeliveryQueue } from '../queue/delivery-queue.js';
import { readAccountStats } from '../store/account-stats.js';
import type { Ledger } from '../store/ledger.js';
import { countDue, countStates, deliveryTimes } from '../store/overview.js';
import { type Breaker, breakerOf } from '../store/webhooks.js';
import { type WorstWebhook, worstWebhooks } from '../store/worst-webhooks.js';

/** How all webhooks are, in the last two hours. */
export interface Overview
  extends Pick<Quality, 'attempts' | 'successes' | 'failures' | 'failuresByClass' | 'successRate'> {
  readonly at: Date;
  readonly from: Date;
  /** Milliseconds of one attempt; null where there was none. */
  readonly latencyMs: Quantiles;
  /** Milliseconds from enqueueing to delivered, of the latest deliveries within 15 minutes. */
  readonly deliveryMs: Quantiles;
  /** Attempts of each five minutes, oldest first; the latest are counted within two minutes. */
  readonly series: readonly OverviewSpan[];
  readonly backlog: {
    /** Deliveries that are due and not queued, up to 10,000. */
    readonly due: number;
    /** How long the oldest of them has been due. */
    readonly oldestDueSeconds: number | null;
  };
  /** BullMQ's jobs by state; null where one account is looked at. */
  readonly queue: { waiting: number; active: number; delayed: number } | null;
  readonly webhooks: {
    readonly active: number;
    /** Of the active ones, those whose last attempt failed. */
    readonly failing: number;
    readonly inactive: number;
    readonly breakersOpen: number;
  };
  readonly openIncidents: number;
  /** The ten worst webhooks: those that fail now first, then those with the most failures in that time. */
  readonly worst: readonly FailingWebhook[];
}

/** Five minutes of the overview. */
export interface OverviewSpan extends Pick<Quality, 'successes' | 'failures' | 'failuresByClass'> {
  readonly start: Date;
  readonly latencyMs: Quantiles;
}

/** A webhook that fails or failed, as the overview lists it. */
export interface FailingWebhook
  extends Omit<WorstWebhook, 'holdState' | 'activeSince' | 'zombieAfterMs'> {
  readonly breaker: Breaker;
  /** When it will be deactivated if it does not succeed before; null where it does not fail. */
  readonly deactivatesAt: Date | null;
}

interface Quantiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export interface OverviewReader {
  /** How all webhooks are, of an account where one is named. It is up to three seconds old. */
  read(scope?: AccountScope): Promise<Overview>;
}

const WINDOW_MS = 2 * 3_600_000;

const DELIVERY_WINDOW_MS = 15 * 60_000;

/** How long many who look at the same time share one look. */
const SHARED_MS = 3_000;

export function createOverviewReader(options: {
  ledger: Ledger;
  queue: Pick<DeliveryQueue, 'counts'>;
  settings: Pick<Settings, 'policies'>;
  clock: Clock;
}): OverviewReader {
  const { ledger, queue, settings, clock } = options;

  async function look(accountId: string | undefined): Promise<Overview> {
    const at = clock();
    const from = spanStart(new Date(at.getTime() - WINDOW_MS), SPANS.fiveMinutes);
    const [stats, times, due, states, worst, jobs] = await Promise.all([
      readAccountStats(ledger, from, accountId),
      deliveryTimes(ledger, new Date(at.getTime() - DELIVERY_WINDOW_MS), accountId),
      countDue(ledger, at, accountId),
      countStates(ledger, accountId),
      worstWebhooks(ledger, from, accountId),
      accountId === undefined ? queue.counts() : undefined,
    ]);
    const { latencyMs, attempts, successes, failures, failuresByClass, successRate } =
      qualityOf(stats);
    const { openIncidents, ...webhooks } = states;
    return {
      at,
      from,
      attempts,
      successes,
      failures,
      failuresByClass,
      successRate,
      latencyMs,
      deliveryMs: times,
      series: stats.map((span) => ({ start: span.start, ...qualityOf([span]) })),
      backlog: {
        due: due.count,
        oldestDueSeconds:
          due.oldest === null ? null : Math.max(0, (at.getTime() - due.oldest.getTime()) / 1_000),
      },
      queue: jobs === undefined ? null : jobStates(jobs),
      webhooks,
      openIncidents,
      worst: worst.map((webhook) => toFailing(webhook, settings)),
    };
  }

  // The key '' is every account, which no account can be named.
  const looks = new LRUCache<string, Overview>({
    max: 100,
    ttl: SHARED_MS,
    fetchMethod: (accountId) => look(accountId === '' ? undefined : accountId),
  });

  return { read: ({ accountId = '' } = {}) => looks.forceFetch(accountId) };
}

function toFailing(row: WorstWebhook, settings: Pick<Settings, 'policies'>): FailingWebhook {
  const { holdState, activeSince, zombieAfterMs, ...shown } = row;
  const thresholdMs = zombieAfterMs ?? settings.policies[row.tier].zombieAfterMs;
  const deactivatesAt = zombieAfter({ ...shown, activeSince }, thresholdMs);
  return { ...shown, breaker: breakerOf(holdState ?? undefined), deactivatesAt };
}

function jobStates({ waiting = 0, active = 0, delayed = 0 }: Record<string, number>) {
  return { waiting, active, delayed };
}
