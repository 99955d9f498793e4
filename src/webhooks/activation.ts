import type { Logger } from 'pino';
import type { AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import { ConflictError } from '../domain/errors.js';
import type { ByActor } from '../domain/notice.js';
import type { Metrics } from '../metrics.js';
import type { Ledger } from '../store/ledger.js';
import { deactivateWebhook, reactivateWebhook } from '../store/webhook-state.js';
import type { Webhook } from '../store/webhooks.js';
import { knownId } from './addressee.js';
import { checkText } from './configuration.js';

/** Switches webhooks off and on, by hand. Unknown ids throw `NotFoundError`. */
export interface Activation {
  /** Stops deliveries; what is owed waits. Throws `ConflictError` where it is inactive already. */
  deactivate(
    id: string,
    options?: AccountScope & ByActor & { readonly detail?: string | undefined },
  ): Promise<Webhook>;
  /**
   * Starts deliveries again. What was owed is made now (`replay`, the default) or given up (`discard`);
   * `deliveries` says how many. Throws `ConflictError` where it is active already.
   */
  reactivate(
    id: string,
    options?: AccountScope &
      ByActor & {
        readonly owed?: 'replay' | 'discard' | undefined;
        readonly detail?: string | undefined;
      },
  ): Promise<{ webhook: Webhook; deliveries: number }>;
}

export function createActivation(options: {
  ledger: Ledger;
  get: (id: string, scope: AccountScope) => Promise<Webhook>;
  metrics: Pick<Metrics, 'webhooksDeactivated'>;
  clock: Clock;
  log: Logger;
}): Activation {
  const { ledger, get, metrics, clock, log } = options;
  return {
    async deactivate(id, { accountId, detail, actor = 'owner' } = {}) {
      const now = clock();
      const why = detail === undefined ? null : checkText('detail', detail);
      const change = { accountId, reason: 'owner' as const, detail: why, actor, now };
      const webhook = await deactivateWebhook(ledger, knownId(id), change);
      if (webhook === undefined) {
        await get(id, { accountId });
        throw new ConflictError(`webhook ${id} is inactive already`);
      }
      metrics.webhooksDeactivated('owner', 1);
      const line = { webhookId: id, accountId: webhook.accountId, reason: 'owner', detail: why };
      log.info(line, 'webhook deactivated');
      return webhook;
    },

    async reactivate(id, { accountId, owed = 'replay', detail, actor = 'owner' } = {}) {
      const why = detail === undefined ? undefined : checkText('detail', detail);
      const change = { accountId, owed, detail: why, actor, now: clock() };
      const result = await reactivateWebhook(ledger, knownId(id), change);
      if (result === undefined) {
        await get(id, { accountId });
        throw new ConflictError(`webhook ${id} is active already`);
      }
      const { webhook, deliveries } = result;
      const line = { webhookId: id, accountId: webhook.accountId, owed, deliveries };
      log.info(line, 'webhook reactivated');
      return result;
    },
  };
}
