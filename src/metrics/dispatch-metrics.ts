import { Counter, type Registry } from 'prom-client';

/** What one pass of the dispatcher moved. */
export interface Dispatched {
  /** Due, and queued. */
  readonly queued: number;
  /** Due, but their webhook is held. */
  readonly parked: number;
  /** Due, but their webhook is inactive or deleted. */
  readonly shelved: number;
  /** Parked before, and let through. */
  readonly released: number;
}

/** What the dispatcher tells of its passes. */
export interface DispatchMetrics {
  /** A pass over the ledger ended. */
  passed(dispatched: Dispatched): void;
  /** There was no pass, because the queue has no room. */
  passSkipped(): void;
  /** A pass failed. */
  passFailed(): void;
  /** The queue is filled from the ledger, because it lost its jobs or is divided anew. */
  refilled(): void;
}

export function createDispatchMetrics(registers: Registry[]): DispatchMetrics {
  const passes = new Counter({
    name: 'posthorn_dispatcher_passes_total',
    help: 'Passes of the dispatcher: those that went well, that failed, and that a full queue kept from the ledger.',
    labelNames: ['result'],
    registers,
  });
  const moved = new Counter({
    name: 'posthorn_dispatcher_deliveries_total',
    help: 'Deliveries that the dispatcher queued, parked (webhook held), shelved (webhook inactive or deleted) or released (let through a hold).',
    labelNames: ['action'],
    registers,
  });
  const refills = new Counter({
    name: 'posthorn_dispatcher_refills_total',
    help: 'Times that the queue was filled from the ledger, because it lost its jobs or was divided anew.',
    registers,
  });
  for (const result of ['ok', 'failed', 'full']) passes.inc({ result }, 0);
  for (const action of ['queued', 'parked', 'shelved', 'released']) moved.inc({ action }, 0);

  return {
    passed(dispatched) {
      passes.inc({ result: 'ok' });
      for (const [action, count] of Object.entries(dispatched)) moved.inc({ action }, count);
    },
    passSkipped: () => passes.inc({ result: 'full' }),
    passFailed: () => passes.inc({ result: 'failed' }),
    refilled: () => refills.inc(),
  };
}
