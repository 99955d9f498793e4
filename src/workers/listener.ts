import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { Sender } from '../delivery/sender.js';
import type { Clock } from '../domain/clock.js';
import { missing } from '../domain/errors.js';
import type { SecretBox } from '../domain/secret-box.js';
import { perTier } from '../domain/tier.js';
import type { WorkerMetrics } from '../metrics.js';
import { createLocalInFlight } from '../queue/in-flight.js';
import type { Ledger } from '../store/ledger.js';
import { claimForListener, keepListener } from '../store/listeners.js';
import { createRecorder } from '../store/recorder.js';
import type { Tracing } from '../tracing.js';
import { createDeliveryProcess } from './delivery-process.js';
import { createInFlightGate } from './in-flight-gate.js';

/** Makes the deliveries of one webhook in this process, beside the queue. */
export interface Listener {
  /** Resolves once the webhook's deliveries are kept for this process. Throws `NotFoundError`. */
  start(): Promise<void>;
  /** Takes no more, gives up what is in flight, and commits outcomes. May be called twice, or before `start`. */
  stop(): Promise<void>;
}

/** How long the webhook's deliveries are kept for this process after it was last heard of. */
const KEPT_MS = 60_000;

/** How often that is said again. */
const KEEP_MS = 15_000;

/** How often the ledger is looked at. */
const POLL_MS = 200;

/** Deliveries that are made at the same time. */
const AT_ONCE = 10;

/**
 * For `posthorn listen`: the one process that may reach its own receiver makes the deliveries to it, with
 * the same steps as a worker. Nothing else has to be allowed to connect to where it listens, and nobody who
 * only has the HTTP API can make a listener.
 *
 * Its webhook's breaker does not open: whoever writes a receiver wants to see each failed attempt.
 */
export function createListener(options: {
  webhookId: string;
  ledger: Ledger;
  sender: Sender;
  secretBox: SecretBox;
  settings: Settings;
  metrics: WorkerMetrics;
  tracing: Pick<Tracing, 'attempt'>;
  clock: Clock;
  log: Logger;
}): Listener {
  const { webhookId, ledger, sender, secretBox, settings, metrics, tracing, clock, log } = options;
  const abort = new AbortController();
  const random = Math.random;
  const policies = perTier((tier) => {
    return { ...settings.policies[tier], breakerFailures: Number.POSITIVE_INFINITY };
  });
  const breaker = { ...settings.breaker, minimum: Number.POSITIVE_INFINITY };
  const recorder = createRecorder({
    ledger,
    settings: { ...settings, policies, breaker },
    metrics,
    clock,
    random,
    onRoom: () => undefined, // the next look finds what waits
    log,
  });
  const { process, drain } = createDeliveryProcess({
    ledger,
    sender,
    recorder,
    gate: createInFlightGate({
      inFlight: createLocalInFlight(),
      bounds: { least: AT_ONCE, most: AT_ONCE },
      slots: 100 * AT_ONCE, // so many that the share of one webhook is no limit
    }),
    secretBox,
    settings,
    metrics,
    tracing,
    clock,
    random,
    abort: abort.signal,
    log,
  });
  let work: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  /** @returns false where the webhook is gone */
  function keep(): Promise<boolean> {
    const now = clock();
    return keepListener(ledger, webhookId, { now, until: new Date(now.getTime() + KEPT_MS) });
  }

  async function deliverDue(): Promise<void> {
    const owed = await claimForListener(ledger, webhookId, { now: clock(), limit: AT_ONCE });
    await Promise.all(
      owed.map(async (delivery) => {
        const result = await process(delivery);
        if (result.kind === 'done') result.afterwards?.();
      }),
    );
  }

  async function run(): Promise<void> {
    let keptAt = performance.now();
    while (!abort.signal.aborted) {
      try {
        if (performance.now() - keptAt > KEEP_MS) {
          if (!(await keep())) {
            log.error({ webhookId }, 'the webhook was deleted, and nothing more arrives');
            return;
          }
          keptAt = performance.now();
        }
        await deliverDue();
      } catch (error) {
        if (!abort.signal.aborted) log.error({ error }, 'nothing could be delivered, trying again');
      }
      await sleep(POLL_MS, undefined, { signal: abort.signal }).catch(() => undefined);
    }
  }

  async function stop(): Promise<void> {
    abort.abort(new Error('the listener is stopping'));
    sender.stop();
    await work;
    await recorder.drain();
    await drain();
  }

  return {
    async start() {
      if (!(await keep())) missing('webhook', webhookId);
      work ??= run();
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}
