import { Gauge, type Registry } from 'prom-client';

/** How the whole installation is, as far as it could be read. */
export interface InstallationFigures {
  /** Null where PostgreSQL did not answer. */
  readonly ledger: LedgerFigures | null;
  /** The shards of the queue; null where it did not answer. */
  readonly queue: readonly ShardFigures[] | null;
}

export interface LedgerFigures {
  /** Deliveries that are due and not queued, up to 10,000. */
  readonly due: number;
  /** How long the oldest of them has been due; 0 where there is none. */
  readonly oldestDueSeconds: number;
  /** Deliveries that are parked, up to 10,000. */
  readonly parked: number;
  /** Incidents that are open. */
  readonly openIncidents: number;
  /** Webhooks by state. */
  readonly webhooks: { readonly well: number; readonly failing: number; readonly inactive: number };
  /** Active webhooks by breaker. */
  readonly breakers: { readonly closed: number; readonly open: number; readonly half_open: number };
}

export interface ShardFigures {
  /** Jobs by state. */
  readonly jobs: Readonly<Record<'waiting' | 'active' | 'delayed', number>>;
  /** How long the job at the head of the line has waited; 0 where none waits. */
  readonly oldestSeconds: number;
}

/** Tells how the whole installation is. */
export interface InstallationGauges {
  /** Reads these figures at each scrape. `read` never rejects, and shares what it read for a while. */
  watchInstallation(read: () => Promise<InstallationFigures>): void;
}

/**
 * The gauges of what all processes share. They are there where `watchInstallation` was called, and each only
 * as long as what it was read from answers: an old number would say that all is as it was.
 */
export function createInstallationGauges(registers: Registry[]): InstallationGauges & {
  refresh(): Promise<void>;
} {
  let read: (() => Promise<InstallationFigures>) | undefined;
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name, help: `${help} Of the whole installation.`, labelNames, registers });

  const up = gauge(
    'posthorn_dependency_up',
    'Whether PostgreSQL, and the queue, answered when they were last asked: 1 or 0.',
    'dependency',
  );
  const due = gauge(
    'posthorn_backlog_deliveries',
    'Deliveries that are due and not queued, up to 10,000.',
  );
  const dueAge = gauge(
    'posthorn_backlog_oldest_age_seconds',
    'How long the oldest delivery that is due and not queued has been due; 0 where there is none.',
  );
  const parked = gauge(
    'posthorn_parked_deliveries',
    'Deliveries that wait until their webhook’s hold lets them through or it is reactivated, up to 10,000.',
  );
  const webhooks = gauge(
    'posthorn_webhooks',
    'Webhooks: active and well, active with their last attempt failed, and inactive.',
    'state',
  );
  const breakers = gauge(
    'posthorn_breakers',
    'Active webhooks by the state of their breaker.',
    'state',
  );
  const incidents = gauge('posthorn_incidents_open', 'Incidents of alert rules that are open.');
  const jobs = gauge(
    'posthorn_queue_jobs',
    'Deliveries in the queue: waiting for a worker, active in one, or delayed for their retry.',
    'shard',
    'state',
  );
  const jobAge = gauge(
    'posthorn_queue_oldest_age_seconds',
    'How long the delivery at the head of the queue has waited for a worker; 0 where none waits.',
    'shard',
  );

  const ofLedger = [due, dueAge, parked, incidents, webhooks, breakers];

  function tellLedger(figures: LedgerFigures | null): void {
    for (const each of ofLedger) empty(each);
    up.set({ dependency: 'postgresql' }, figures === null ? 0 : 1);
    if (figures === null) return;
    due.set(figures.due);
    dueAge.set(figures.oldestDueSeconds);
    parked.set(figures.parked);
    incidents.set(figures.openIncidents);
    for (const [state, count] of Object.entries(figures.webhooks)) webhooks.set({ state }, count);
    for (const [state, count] of Object.entries(figures.breakers)) breakers.set({ state }, count);
  }

  function tellQueue(shards: readonly ShardFigures[] | null): void {
    for (const each of [jobs, jobAge]) empty(each);
    up.set({ dependency: 'queue' }, shards === null ? 0 : 1);
    for (const [index, figures] of (shards ?? []).entries()) {
      const shard = String(index);
      for (const [state, count] of Object.entries(figures.jobs)) jobs.set({ shard, state }, count);
      jobAge.set({ shard }, figures.oldestSeconds);
    }
  }

  for (const each of ofLedger) empty(each);
  return {
    watchInstallation: (reader) => {
      read = reader;
    },
    async refresh() {
      if (read === undefined) return;
      const { ledger, queue } = await read();
      tellLedger(ledger);
      tellQueue(queue);
    },
  };
}

/** Takes all values from a gauge; one without labels has always one otherwise. */
function empty(gauge: Gauge): void {
  gauge.reset();
  gauge.remove({});
}
