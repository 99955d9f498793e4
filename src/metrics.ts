import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type Finding, INVARIANTS } from './domain/invariant.js';

/** What this process tells Prometheus. */
export interface Metrics {
  /** Takes up what a reconciliation found. */
  reconciled(findings: readonly Finding[], at: Date): void;
  /** Counts a message to a channel that was tried. */
  messageSent(kind: 'email' | 'slack', ok: boolean): void;
  /** Takes up an evaluation of alert rules: incidents that are open after it, and how long it took. */
  alertsEvaluated(evaluation: { readonly open: number; readonly seconds: number }): void;
  /** Tells of this process, too: memory, handles, event loop. Once for a process. */
  watchProcess(): void;
  /** All of it in the text format of Prometheus, whose content type is `contentType`. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Makes the metrics of one Posthorn. Several in a process do not mix. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const broken = new Gauge({
    name: 'posthorn_reconcile_broken',
    help: 'Rows of the ledger that broke an invariant when this process last reconciled it.',
    labelNames: ['invariant'],
    registers,
  });
  const mended = new Counter({
    name: 'posthorn_reconcile_mended_total',
    help: 'Rows of the ledger that a reconciliation of this process put right.',
    labelNames: ['invariant'],
    registers,
  });
  const reconciledAt = new Gauge({
    name: 'posthorn_reconcile_last_run_timestamp_seconds',
    help: 'When this process last reconciled the ledger; 0 for never.',
    registers,
  });
  const messages = new Counter({
    name: 'posthorn_messages_total',
    help: 'Messages to channels that this process tried to send.',
    labelNames: ['kind', 'result'],
    registers,
  });
  const openIncidents = new Gauge({
    name: 'posthorn_incidents_open',
    help: 'Incidents that were open when this process last evaluated alert rules.',
    registers,
  });
  const alertSeconds = new Gauge({
    name: 'posthorn_alert_evaluation_seconds',
    help: 'How long the last evaluation of alert rules by this process took.',
    registers,
  });
  for (const invariant of Object.keys(INVARIANTS)) mended.inc({ invariant }, 0);

  return {
    reconciled(findings, at) {
      for (const { invariant, found, mended: count } of findings) {
        broken.set({ invariant }, found);
        mended.inc({ invariant }, count);
      }
      reconciledAt.set(at.getTime() / 1_000);
    },
    messageSent: (kind, ok) => messages.inc({ kind, result: ok ? 'sent' : 'failed' }),
    alertsEvaluated({ open, seconds }) {
      openIncidents.set(open);
      alertSeconds.set(seconds);
    },
    watchProcess: () => collectDefaultMetrics({ register: registry }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
