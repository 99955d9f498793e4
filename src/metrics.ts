import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type Finding, INVARIANTS } from './domain/invariant.js';

/** What this process tells Prometheus. */
export interface Metrics {
  /** Takes up what a reconciliation found. */
  reconciled(findings: readonly Finding[], at: Date): void;
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
  for (const invariant of Object.keys(INVARIANTS)) mended.inc({ invariant }, 0);

  return {
    reconciled(findings, at) {
      for (const { invariant, found, mended: count } of findings) {
        broken.set({ invariant }, found);
        mended.inc({ invariant }, count);
      }
      reconciledAt.set(at.getTime() / 1_000);
    },
    watchProcess: () => collectDefaultMetrics({ register: registry }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
