import { Counter, Gauge, type Registry } from 'prom-client';
import { type Finding, INVARIANTS } from '../domain/invariant.js';

/** What a scheduler tells of the repeatable jobs. */
export interface JobMetrics {
  /** This process runs these jobs when their turn comes to it. */
  jobsWatched(
    jobs: readonly { readonly name: string; readonly periodMs: number }[],
    at: Date,
  ): void;
  /** A job ran in this process. */
  jobRan(run: {
    readonly name: string;
    readonly ok: boolean;
    readonly seconds: number;
    readonly at: Date;
  }): void;
  /** Takes up what a reconciliation found. */
  reconciled(findings: readonly Finding[], at: Date): void;
}

export function createJobMetrics(registers: Registry[]): JobMetrics {
  // No label is called job: Prometheus gives each value one of that name.
  const runs = new Counter({
    name: 'posthorn_job_runs_total',
    help: 'Runs of the repeatable jobs in this process.',
    labelNames: ['name', 'result'],
    registers,
  });
  const seconds = new Gauge({
    name: 'posthorn_job_last_duration_seconds',
    help: 'How long the last run of a job in this process took.',
    labelNames: ['name'],
    registers,
  });
  const succeededAt = new Gauge({
    name: 'posthorn_job_last_success_timestamp_seconds',
    help: 'When a job last ran to its end in this process; until then, when this process began to run jobs.',
    labelNames: ['name'],
    registers,
  });
  const period = new Gauge({
    name: 'posthorn_job_period_seconds',
    help: 'How often a job is to run, over all processes.',
    labelNames: ['name'],
    registers,
  });
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
    jobsWatched(jobs, at) {
      for (const { name, periodMs } of jobs) {
        period.set({ name }, periodMs / 1_000);
        succeededAt.set({ name }, at.getTime() / 1_000);
        for (const result of ['ok', 'failed']) runs.inc({ name, result }, 0);
      }
    },
    jobRan({ name, ok, seconds: took, at }) {
      runs.inc({ name, result: ok ? 'ok' : 'failed' });
      seconds.set({ name }, took);
      if (ok) succeededAt.set({ name }, at.getTime() / 1_000);
    },
    reconciled(findings, at) {
      for (const { invariant, found, mended: count } of findings) {
        broken.set({ invariant }, found);
        mended.inc({ invariant }, count);
      }
      reconciledAt.set(at.getTime() / 1_000);
    },
  };
}
