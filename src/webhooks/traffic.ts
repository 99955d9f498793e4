import type { Settings } from '../config.js';
import type { AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import type { QueueBackend } from '../queue/backend.js';
import type { Ledger } from '../store/ledger.js';
import { findHold, readWaiting, type ShownHold, type WaitingDeliveries } from '../store/traffic.js';
import type { Webhook } from '../store/webhooks.js';

/** What is on its way to a webhook now, and what waits. */
export interface WebhookTraffic {
  readonly webhookId: string;
  readonly at: Date;
  /** Deliveries in flight, from all processes; null where the queue can't be reached. */
  readonly inFlight: number | null;
  /** Most that may be in flight, its own or the setting. Workers stay below what its endpoint has shown to take. */
  readonly maxInFlight: number;
  /** Null where its deliveries need not wait. */
  readonly hold: ShownHold | null;
  /** Why deliveries wait in the ledger; null where they need not. */
  readonly held: 'inactive' | 'breaker' | 'rate' | 'pace' | null;
  readonly waiting: WaitingDeliveries;
}

/** Tells what is on its way to a webhook. Unknown ids throw `NotFoundError`. */
export interface TrafficReader {
  of(webhookId: string, scope?: AccountScope): Promise<WebhookTraffic>;
}

export function createTrafficReader(options: {
  ledger: Ledger;
  webhooks: { get(id: string, scope?: AccountScope): Promise<Webhook> };
  backend: Pick<QueueBackend, 'countInFlight'>;
  settings: Pick<Settings, 'maxInFlight'>;
  clock: Clock;
}): TrafficReader {
  const { ledger, webhooks, backend, settings, clock } = options;
  return {
    async of(webhookId, scope = {}) {
      const webhook = await webhooks.get(webhookId, scope);
      const [inFlight, hold, waiting] = await Promise.all([
        // Without the queue the ledger still tells the rest.
        backend.countInFlight(webhookId).catch(() => null),
        findHold(ledger, webhookId),
        readWaiting(ledger, webhookId),
      ]);
      return {
        webhookId,
        at: clock(),
        inFlight,
        maxInFlight: webhook.maxInFlight ?? settings.maxInFlight,
        hold,
        held: whyHeld(webhook, hold),
        waiting,
      };
    },
  };
}

function whyHeld(webhook: Webhook, hold: ShownHold | null): WebhookTraffic['held'] {
  if (!webhook.active) return 'inactive';
  if (hold === null || (hold.state === 'pacing' && hold.releaseAt === null)) return null;
  if (hold.state !== 'pacing') return 'breaker';
  return webhook.rateLimit === null ? 'pace' : 'rate';
}
