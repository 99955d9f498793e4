import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import { createBatcher } from '../domain/batcher.js';
import { judgeHold } from '../domain/breaker.js';
import type { Clock } from '../domain/clock.js';
import { policyOf } from '../domain/policy.js';
import type { HealthMetrics } from '../metrics/health-metrics.js';
import type { RecorderMetrics } from '../metrics/recorder-metrics.js';
import { changeHolds } from './holds.js';
import type { Ledger } from './ledger.js';
import { type OutcomeRow, type WebhookStanding, writeOutcomes } from './outcomes.js';

/** Commits outcomes in groups. */
export interface Recorder {
  /** Resolves when the group that holds this outcome is committed. */
  record(outcome: OutcomeRow): Promise<void>;
  /** Resolves when all that was handed in is committed. */
  drain(): Promise<void>;
}

/** Most outcomes in one commit. */
const MAX_GROUP = 500;

/** How long the first outcome of a group waits for others. */
const GROUP_DELAY_MS = 2;

/** How long a commit is tried again while PostgreSQL can't be reached, before the jobs fail. */
const COMMIT_PATIENCE_MS = 60_000;

const LONGEST_PAUSE_MS = 2_000;

/**
 * A commit that fails is repeated for a minute, because a request that was made and not recorded is made
 * again: a short absence of PostgreSQL should cost no duplicate. Past that the jobs fail, and the queue
 * brings them back.
 */
export function createRecorder(options: {
  ledger: Ledger;
  settings: Pick<Settings, 'policies' | 'breaker' | 'operatorAccount'>;
  metrics: RecorderMetrics & Pick<HealthMetrics, 'webhooksDeactivated'>;
  clock: Clock;
  random: () => number;
  /** Hears which webhooks are held and had attempts recorded just now: there is room for others. */
  onRoom: (webhookIds: readonly string[]) => void;
  log: Logger;
}): Recorder {
  const { ledger, settings, metrics, clock, random, onRoom, log } = options;
  const { breaker, policies } = settings;

  /** Judges the webhooks that fail or are held, and changes their holds. */
  async function judge(standings: readonly WebhookStanding[]): Promise<void> {
    const now = clock();
    const judged = standings.flatMap((standing) => {
      const { webhookId, accountId, tier, overrides, hold, deactivated } = standing;
      if (deactivated) return [];
      const { breakerFailures: failures, breakerShare: share } = policyOf(
        policies[tier],
        overrides,
      );
      const change = judgeHold(standing, { ...breaker, failures, share }, now, random());
      return change === undefined
        ? []
        : [{ webhookId, accountId, was: hold?.state ?? null, change }];
    });
    if (judged.length === 0) return;
    const changed = new Set(await changeHolds(ledger, judged, now));
    for (const { webhookId, accountId, was, change } of judged) {
      if (!changed.has(webhookId) || was === change.state) continue;
      const { state, openings, releaseAt } = change;
      metrics.breakerChanged(state === 'open' ? 'open' : 'closed');
      const ids = { webhookId, accountId };
      if (state === 'open') log.warn({ ...ids, openings, releaseAt }, 'breaker opened');
      else log.info(ids, 'breaker closed');
    }
  }

  async function commit(outcomes: readonly OutcomeRow[]): Promise<readonly undefined[]> {
    const giveUpAt = Date.now() + COMMIT_PATIENCE_MS;
    for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const startedAt = performance.now();
      try {
        const standings = await writeOutcomes(ledger, outcomes, {
          breakerWindowMs: breaker.windowMs,
          operatorAccount: settings.operatorAccount,
        });
        const seconds = (performance.now() - startedAt) / 1_000;
        metrics.groupCommitted({ outcomes: outcomes.length, seconds });
        for (const { webhookId, accountId, deactivated } of standings) {
          if (!deactivated) continue;
          metrics.webhooksDeactivated('gone', 1);
          log.warn({ webhookId, accountId, reason: 'gone' }, 'webhook deactivated');
        }
        await judge(standings).catch((error) => {
          // The outcomes stand; the webhook's next one judges it again.
          log.warn({ error }, 'breakers could not be judged');
        });
        const held = standings.filter(({ hold }) => hold !== null);
        if (held.length > 0) onRoom(held.map(({ webhookId }) => webhookId));
        return outcomes.map(() => undefined);
      } catch (error) {
        metrics.commitFailed();
        if (Date.now() + pauseMs > giveUpAt) throw error;
        log.warn({ error, outcomes: outcomes.length, pauseMs }, 'commit failed, trying again');
        await sleep(pauseMs);
      }
    }
  }

  const batcher = createBatcher({
    flush: commit,
    maxItems: MAX_GROUP,
    maxDelayMs: GROUP_DELAY_MS,
    concurrency: 1,
  });
  return { record: (outcome) => batcher.add(outcome), drain: () => batcher.drain() };
}
