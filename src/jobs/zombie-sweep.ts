import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { Clock } from '../domain/clock.js';
import type { Metrics } from '../metrics.js';
import type { RepeatableJob } from '../queue/repeatable-jobs.js';
import { type AtRiskRequest, listAtRisk, type WebhookAtRisk } from '../store/at-risk.js';
import type { Ledger } from '../store/ledger.js';
import { deactivateZombies, findZombies, type Zombie } from '../store/zombies.js';

/** Finds the webhooks that the zombie rule holds for, and deactivates them. */
export interface ZombieSweep {
  /** The zombies there are now, which the next sweep would deactivate. */
  find(): Promise<Zombie[]>;
  /** The failing webhooks that will be deactivated, those with the least time left first. */
  atRisk(request: AtRiskRequest): Promise<WebhookAtRisk[]>;
  /**
   * Deactivates them and records why; with `dryRun` it only says which. With `limit` no more than so many,
   * those first that have been quiet for longest.
   */
  sweep(options?: {
    readonly dryRun?: boolean | undefined;
    readonly limit?: number | undefined;
  }): Promise<Zombie[]>;
}

export function createZombieSweep(options: {
  ledger: Ledger;
  settings: Pick<Settings, 'policies'>;
  metrics: Pick<Metrics, 'webhooksDeactivated'>;
  clock: Clock;
  log: Logger;
}): ZombieSweep {
  const { ledger, settings, metrics, clock, log } = options;
  const { policies } = settings;
  const rule = () => ({ now: clock(), policies });

  return {
    find: () => findZombies(ledger, rule()),
    atRisk: (request) => listAtRisk(ledger, rule(), request),
    async sweep({ dryRun = false, limit } = {}) {
      if (dryRun) return findZombies(ledger, { ...rule(), limit });
      const zombies = await deactivateZombies(ledger, { ...rule(), limit });
      metrics.webhooksDeactivated('zombie', zombies.length);
      for (const { id: webhookId, accountId, tier, detail } of zombies) {
        log.warn({ webhookId, accountId, tier, reason: 'zombie', detail }, 'webhook deactivated');
      }
      return zombies;
    },
  };
}

/** Sweeps on the schedule of `POSTHORN_ZOMBIE_SCHEDULE`. */
export function zombieJob(sweep: ZombieSweep, cron: string, log: Logger): RepeatableJob {
  return {
    name: 'zombies',
    schedule: { cron },
    async run() {
      const zombies = await sweep.sweep();
      if (zombies.length > 0) log.info({ deactivated: zombies.length }, 'zombie sweep');
    },
  };
}
