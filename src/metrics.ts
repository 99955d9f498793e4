import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client';
import { type ApiMetrics, createApiMetrics } from './metrics/api-metrics.js';
import { createDeliveryMetrics, type DeliveryMetrics } from './metrics/delivery-metrics.js';
import { createDispatchMetrics, type DispatchMetrics } from './metrics/dispatch-metrics.js';
import { createEnqueueMetrics, type EnqueueMetrics } from './metrics/enqueue-metrics.js';
import { createHealthMetrics, type HealthMetrics } from './metrics/health-metrics.js';
import {
  createInstallationGauges,
  type InstallationGauges,
} from './metrics/installation-gauges.js';
import { createJobMetrics, type JobMetrics } from './metrics/job-metrics.js';
import { createRecorderMetrics, type RecorderMetrics } from './metrics/recorder-metrics.js';

/** The metrics of one process as JSON, to be passed to another. */
export type MetricsSnapshot = readonly object[];

/** What this process tells Prometheus. Whoever has something to tell is passed the part that it needs. */
export interface Metrics
  extends EnqueueMetrics,
    DispatchMetrics,
    DeliveryMetrics,
    RecorderMetrics,
    JobMetrics,
    HealthMetrics,
    ApiMetrics,
    InstallationGauges {
  /** Tells of this process, too: memory, handles, event loop. Once for a process. */
  watchProcess(): void;
  /** Gives each value a label `process`, so that it can stand beside those of other processes. */
  nameProcess(name: string): void;
  /** All of it, for `joinProcesses` of another process. */
  snapshot(): Promise<MetricsSnapshot>;
  /** Tells from now on of further processes, too, each of which has a name of its own. */
  joinProcesses(others: () => Promise<readonly MetricsSnapshot[]>): void;
  /** All of it in the text format of Prometheus, whose content type is `contentType`. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** What whoever makes deliveries has to tell. */
export type WorkerMetrics = DeliveryMetrics &
  RecorderMetrics &
  Pick<HealthMetrics, 'webhooksDeactivated'>;

/** Makes the metrics of one Posthorn. Several in a process do not mix. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const { refresh, ...installation } = createInstallationGauges(registers);
  let others: (() => Promise<readonly MetricsSnapshot[]>) | undefined;

  async function snapshot(): Promise<MetricsSnapshot> {
    await refresh();
    return registry.getMetricsAsJSON();
  }

  return {
    ...createEnqueueMetrics(registers),
    ...createDispatchMetrics(registers),
    ...createDeliveryMetrics(registers),
    ...createRecorderMetrics(registers),
    ...createJobMetrics(registers),
    ...createHealthMetrics(registers),
    ...createApiMetrics(registers),
    ...installation,
    watchProcess: () => collectDefaultMetrics({ register: registry }),
    nameProcess: (name) => registry.setDefaultLabels({ process: name }),
    snapshot,
    joinProcesses: (read) => {
      others = read;
    },
    async text() {
      if (others === undefined) {
        await refresh();
        return registry.metrics();
      }
      return merge([await snapshot(), ...(await others())]).metrics();
    },
    contentType: registry.contentType,
  };
}

/** Puts the same metric of several processes, which their label tells apart, under one heading. */
function merge(snapshots: readonly MetricsSnapshot[]): Registry {
  // No two values have the same labels, so that the first of them is all; some are left out by default.
  const whole = snapshots.map((each) => each.map((metric) => ({ ...metric, aggregator: 'first' })));
  return AggregatorRegistry.aggregate(whole);
}
