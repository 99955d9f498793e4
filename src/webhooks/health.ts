import type { Settings } from '../config.js';
import type { AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import { parseDuration } from '../domain/duration.js';
import { InvalidInputError } from '../domain/errors.js';
import { isId } from '../domain/id.js';
import { SPANS, tilesOf } from '../domain/stats.js';
import { zombieAfter } from '../domain/zombie.js';
import { type HourCounts, readHours } from '../store/hourly-stats.js';
import type { Ledger } from '../store/ledger.js';
import { LARGEST_PAGE } from '../store/page.js';
import { readMark } from '../store/stats.js';
import { findWebhooks, type Webhook } from '../store/webhooks.js';

/** A webhook, and how it did in the last day. */
export interface WebhookHealth {
  readonly webhook: Webhook;
  /** When it will be deactivated if it does not succeed before; null where it does not fail. */
  readonly deactivatesAt: Date | null;
  /** Attempts of 24 hours. */
  readonly attempts: number;
  readonly failures: number;
  /** Null where there was no attempt. */
  readonly successRate: number | null;
  /** Oldest first; hours without attempts are left out. */
  readonly hours: readonly Pick<HourCounts, 'start' | 'successes' | 'failures'>[];
}

/** Tells of many webhooks at once what a list of them shows. */
export interface HealthReader {
  /**
   * The health of those of the webhooks that there are, in the order of `ids`. Throws `InvalidInputError`
   * for more than 100.
   */
  of(ids: readonly string[], scope?: AccountScope): Promise<readonly WebhookHealth[]>;
}

const DAY_MS = 86_400_000;

export function createHealthReader(options: {
  ledger: Ledger;
  settings: Pick<Settings, 'policies'>;
  clock: Clock;
}): HealthReader {
  const { ledger, settings, clock } = options;

  function deactivatesAt(webhook: Webhook): Date | null {
    const own = parseDuration(webhook.overrides.zombieAfter ?? '');
    return zombieAfter(webhook, own ?? settings.policies[webhook.tier].zombieAfterMs);
  }

  return {
    async of(ids, { accountId } = {}) {
      if (ids.length > LARGEST_PAGE || !ids.every((id) => isId('wh_', id))) {
        throw new InvalidInputError(`ids must be those of up to ${LARGEST_PAGE} webhooks`, {
          details: { ids: `up to ${LARGEST_PAGE} ids of webhooks` },
        });
      }
      const webhooks = await findWebhooks(ledger, ids, accountId);
      const to = clock();
      const window = { from: new Date(to.getTime() - DAY_MS), to };
      const finalUntil = (await readMark(ledger, 'rollup')) ?? new Date(0);
      const hours: HourCounts[] = [];
      for (const tile of tilesOf(window, { finalUntil, keptFrom: window.from })) {
        // A day is not cut into hours; its hours are kept as long as it is.
        const span = Math.min(tile.span, SPANS.hour);
        hours.push(...(await readHours(ledger, [...webhooks.keys()], { ...tile, span })));
      }
      return ids.flatMap((id) => {
        const webhook = webhooks.get(id);
        if (webhook === undefined) return [];
        const own = hours.filter(({ webhookId }) => webhookId === id);
        return [{ webhook, deactivatesAt: deactivatesAt(webhook), ...summed(own) }];
      });
    },
  };
}

function summed(hours: readonly HourCounts[]) {
  const successes = hours.reduce((sum, hour) => sum + hour.successes, 0);
  const failures = hours.reduce((sum, hour) => sum + hour.failures, 0);
  const attempts = successes + failures;
  return {
    attempts,
    failures,
    successRate: attempts === 0 ? null : successes / attempts,
    hours: hours.map(({ webhookId: _webhookId, ...counts }) => counts),
  };
}
