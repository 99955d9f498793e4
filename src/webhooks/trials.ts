import type { Settings } from '../config.js';
import { ownMessage, type ShownExchange, showExchange } from '../delivery/own-message.js';
import type { Sender } from '../delivery/sender.js';
import type { AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import { newId } from '../domain/id.js';
import type { SecretBox } from '../domain/secret-box.js';
import type { Ledger } from '../store/ledger.js';
import { addresseeOf } from './addressee.js';

/** Tries webhooks. */
export interface WebhookTests {
  /**
   * Sends a signed `webhook.test` now, also where the webhook is inactive, and answers with the whole
   * exchange. It is no delivery: no counter changes. Throws `NotFoundError`.
   *
   * @param reason what it says of itself: that somebody asked, or that the job did
   */
  test(
    id: string,
    scope?: AccountScope & { readonly reason?: 'manual' | 'automatic' | undefined },
  ): Promise<ShownExchange>;
}

export function createWebhookTests(options: {
  ledger: Ledger;
  sender: () => Promise<Sender>;
  secretBox: SecretBox;
  settings: Pick<Settings, 'timeout'>;
  clock: Clock;
}): WebhookTests {
  const { ledger, secretBox, settings, clock } = options;
  return {
    async test(id, { accountId, reason = 'manual' } = {}) {
      const addressee = await addresseeOf(ledger, id, accountId);
      const now = clock();
      const message = ownMessage({
        addressee,
        type: 'webhook.test',
        data: { webhookId: id, reason },
        id: newId('evt_', now),
        secretBox,
        now,
      });
      const request = { ...message, timeoutMs: settings.timeout };
      const sender = await options.sender();
      return showExchange(request, addressee.format, await sender.exchange(request));
    },
  };
}
