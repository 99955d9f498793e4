import type { Logger } from 'pino';
import { mayTell } from '../domain/alert-telling.js';
import type { Clock } from '../domain/clock.js';
import type { Metrics } from '../metrics.js';
import { evaluatePage, readRulePages, resolveUncovered } from '../store/alert-evaluation.js';
import { lockUntold, markTold } from '../store/incident-telling.js';
import { countOpenIncidents } from '../store/incidents.js';
import type { Ledger } from '../store/ledger.js';
import { writeNotices } from '../store/notices.js';
import { incidentNotice } from './incident-notice.js';

/** What one evaluation did. */
export interface Evaluation {
  readonly opened: number;
  readonly resolved: number;
  /** Openings and ends of incidents that were told. */
  readonly told: number;
}

/** Looks whether alert rules hold. */
export interface AlertEvaluator {
  /**
   * Evaluates every rule as things stand now: opens and resolves incidents, then tells what there is to tell
   * of them. Harmless, whoever else does so at the same time.
   */
  run(): Promise<Evaluation>;
}

/** Incidents told in one transaction. */
const TOLD_AT_ONCE = 500;

export function createAlertEvaluator(options: {
  ledger: Ledger;
  metrics: Pick<Metrics, 'alertsEvaluated'>;
  clock: Clock;
  log: Logger;
}): AlertEvaluator {
  const { ledger, metrics, clock, log } = options;

  /** Tells of the incidents after an id. Notices are written with the mark that they were, or not at all. */
  function tellSome(after: string, now: Date): Promise<{ last: string | undefined; told: number }> {
    return ledger.$transaction(
      async (tx) => {
        const untold = await lockUntold(tx, { after, limit: TOLD_AT_ONCE });
        const due = untold.filter((incident) =>
          mayTell(incident.resolution === null ? 'opening' : 'end', incident, now),
        );
        await writeNotices(
          tx,
          due.map((incident) => incidentNotice(incident, now)),
        );
        await markTold(tx, due, now);
        const isLast = untold.length < TOLD_AT_ONCE;
        return { last: isLast ? undefined : untold.at(-1)?.id, told: due.length };
      },
      { timeout: 60_000, maxWait: 10_000 },
    );
  }

  async function tell(now: Date): Promise<number> {
    let total = 0;
    for (let after: string | undefined = ''; after !== undefined; ) {
      const { last, told }: { last: string | undefined; told: number } = await tellSome(after, now);
      after = last;
      total += told;
    }
    return total;
  }

  return {
    async run() {
      const startedAt = performance.now();
      const now = clock();
      const results = [await resolveUncovered(ledger, now)];
      for (const page of await readRulePages(ledger)) {
        results.push(await evaluatePage(ledger, page, now));
      }
      const opened = results.reduce((sum, result) => sum + result.opened, 0);
      const resolved = results.reduce((sum, result) => sum + result.resolved, 0);
      for (const { resolution, ...ids } of results.flatMap(({ changed }) => changed)) {
        if (resolution === null) log.warn(ids, 'incident opened');
        else log.info({ ...ids, resolution }, 'incident resolved');
      }
      const told = await tell(now);
      const open = await countOpenIncidents(ledger);
      const seconds = (performance.now() - startedAt) / 1_000;
      metrics.alertsEvaluated({ opened, resolved, seconds });
      if (opened + resolved + told > 0) log.info({ opened, resolved, told, open }, 'alert rules');
      return { opened, resolved, told };
    },
  };
}
