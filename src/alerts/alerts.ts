import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import type { Metrics } from '../metrics.js';
import type { Ledger } from '../store/ledger.js';
import { createAlertEvaluator, type Evaluation } from './evaluator.js';
import { createIncidents, type Incidents } from './incidents.js';
import { createRules, type Rules } from './rules.js';

/** Alert rules, and the incidents that come of them. */
export interface Alerts {
  readonly rules: Rules;
  readonly incidents: Incidents;
  /** Evaluates every rule now, as the repeatable job does each minute; harmless, whoever else does. */
  evaluate(): Promise<Evaluation>;
}

export function createAlerts(options: {
  ledger: Ledger;
  metrics: Pick<Metrics, 'alertsEvaluated'>;
  clock: Clock;
  log: Logger;
}): Alerts {
  return {
    rules: createRules(options),
    incidents: createIncidents(options),
    evaluate: createAlertEvaluator(options).run,
  };
}
