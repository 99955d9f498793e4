import type { Logger } from 'pino';
import type { AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import { ConflictError, InvalidInputError, missing, refuseField } from '../domain/errors.js';
import { checkKey, DEFAULT_ACCOUNT } from '../domain/event.js';
import { newId } from '../domain/id.js';
import type { ByActor } from '../domain/notice.js';
import type { OnProgress } from '../domain/progress.js';
import type { SecretBox } from '../domain/secret-box.js';
import type { SignatureScheme } from '../domain/signing-secret.js';
import type { UrlRules } from '../domain/url-rules.js';
import type { VerificationMethod } from '../domain/verification.js';
import type { Metrics } from '../metrics.js';
import { formatInForce } from '../store/account-formats.js';
import { type Attempt, listAttempts } from '../store/deliveries.js';
import type { Ledger } from '../store/ledger.js';
import { listHistory, type Notice } from '../store/notices.js';
import type { Page, PageRequest } from '../store/page.js';
import {
  insertWebhook,
  updateWebhook,
  type WebhookConfiguration,
} from '../store/webhook-configuration.js';
import { searchWebhooks } from '../store/webhook-search.js';
import { deleteWebhook } from '../store/webhook-state.js';
import { findWebhook, listWebhooks, type Webhook, type WebhookFilter } from '../store/webhooks.js';
import { type Activation, createActivation } from './activation.js';
import { addresseeAfter, addresseeOf, checkSecrets, knownId } from './addressee.js';
import { askEndpoint } from './ask-endpoint.js';
import { assertObject, checkConfiguration, type WebhookInput } from './configuration.js';
import { createImport, type ImportWebhooks } from './import.js';
import { newSecret } from './new-secret.js';
import { type RekeyReport, rekeySecrets } from './rekey.js';
import { createRotation, type RotateSecret } from './rotate-secret.js';
import type { Verifier } from './verification.js';

/** Registers webhooks and changes their state. Unknown ids throw `NotFoundError`. */
export interface Webhooks extends Activation {
  /**
   * Registers a webhook. Its secret is what the receiver verifies with: of `v1`, where the scheme is left
   * out, a `whsec_…` that is in this answer and in no other, of `v1a` the public key.
   */
  register(
    input: WebhookInput & {
      readonly accountId?: string | undefined;
      readonly signatureScheme?: SignatureScheme | undefined;
      /**
       * Its own secret in place of a new one, for a receiver that knows it already: `whsec_…`, or of a format
       * that signs with the text any of one line.
       */
      readonly secret?: string | undefined;
      /** True for one that gets Posthorn's own notices in place of events. */
      readonly operational?: boolean | undefined;
      /** Most webhooks that the account may have with it; past that, `ConflictError` is thrown. */
      readonly atMost?: number | undefined;
    } & ByActor,
  ): Promise<{ webhook: Webhook; secret: string }>;
  /**
   * Registers the webhooks that another system has, with their past, so that it is known which of them are
   * zombies; all or none. A row that was imported before is left as it is. Nobody is asked or told.
   */
  import: ImportWebhooks;
  get(id: string, scope?: AccountScope): Promise<Webhook>;
  /** A page of what happened to it, newest first: each change of its state, by whom and why. */
  history(id: string, request?: PageRequest & AccountScope): Promise<Page<Notice>>;
  /**
   * A page of webhooks, newest first. With `search` it looks at up to 20,000 webhooks, and may hold fewer than
   * asked for, or none, while `nextCursor` goes on.
   */
  list(filter?: WebhookFilter): Promise<Page<Webhook>>;
  /** Changes what is given. */
  update(
    id: string,
    changes: Partial<WebhookInput>,
    scope?: AccountScope & ByActor,
  ): Promise<Webhook>;
  /**
   * Asks the endpoint again, by the method that is given, or else its own. Throws `VerificationError`, and
   * `InvalidInputError` where its method is `none` and none is given.
   */
  verify(
    id: string,
    options?: AccountScope & ByActor & { readonly method?: VerificationMethod | undefined },
  ): Promise<Webhook>;
  /** Deletes it; what it is still owed is discarded. */
  delete(id: string, scope?: AccountScope): Promise<void>;
  /**
   * Makes a new secret, of the same scheme where none is named. The ones before sign beside it for
   * `overlapMs` more: 24 h where left out. Throws `ConflictError` where ten would sign still.
   */
  rotateSecret: RotateSecret;
  /** Seals every secret that a former key sealed with the present one. */
  rekey(onProgress?: OnProgress): Promise<RekeyReport>;
  /** A page of its attempts, newest first. */
  attempts(id: string, request?: PageRequest & AccountScope): Promise<Page<Attempt>>;
}

export function createWebhooks(options: {
  ledger: Ledger;
  secretBox: SecretBox;
  /** Which addresses deliveries may reach. */
  isAllowed: (address: string) => boolean;
  /** Which schemes and ports deliveries go to. */
  urlRules: UrlRules;
  verifier: Verifier;
  /** How a webhook is verified whose registration does not say. */
  verification: VerificationMethod;
  metrics: Pick<Metrics, 'webhooksDeactivated'>;
  clock: Clock;
  log: Logger;
}): Webhooks {
  const { ledger, secretBox, isAllowed, urlRules, verifier, metrics, clock, log } = options;

  async function get(id: string, scope: AccountScope = {}): Promise<Webhook> {
    return (await findWebhook(ledger, knownId(id), scope.accountId)) ?? missing('webhook', id);
  }

  return {
    async register(given) {
      assertObject(given);
      const { accountId = DEFAULT_ACCOUNT, signatureScheme: scheme = 'v1', ...rest } = given;
      const { operational = false, actor = 'owner', secret: ownSecret, atMost, ...input } = rest;
      if (typeof operational !== 'boolean') refuseField('operational', 'not a boolean');
      const now = clock();
      // A caller without types may leave the URL out.
      const { verification = options.verification } = input;
      const complete = { ...input, url: input.url ?? '', verification };
      const configuration = checkConfiguration(
        complete,
        isAllowed,
        urlRules,
      ) as WebhookConfiguration;
      checkKey('accountId', accountId);
      const format = await formatInForce(ledger, accountId, configuration.format);
      const { secret, sealed } = newSecret({ scheme, given: ownSecret, format, secretBox, now });
      const id = newId('wh_', now);
      const { url, rateLimit = null } = configuration;
      const headers = { ...input.headers };
      const secrets = [sealed];
      const verified = await askEndpoint(
        verifier,
        verification,
        { id, url, headers, format, secrets },
        rateLimit,
      );
      const webhook = await insertWebhook(
        ledger,
        { ...configuration, id, accountId, secrets, operational, ...verified },
        { now, actor, atMost },
      );
      if (webhook === undefined) {
        throw new ConflictError(`the account has ${atMost} webhooks, and no more fit`, {
          hint: 'delete one that is needed no more',
        });
      }
      log.info({ webhookId: id, accountId }, 'webhook registered');
      return { webhook, secret };
    },

    import: createImport({ ledger, secretBox, isAllowed, urlRules, clock, log }),

    get,

    list: ({ search, ...filter } = {}) =>
      search === undefined || search === ''
        ? listWebhooks(ledger, filter)
        : searchWebhooks(ledger, { ...filter, search }),

    async update(id, changes, { accountId, actor = 'owner' } = {}) {
      const before = await get(id, { accountId });
      const configuration = checkConfiguration(changes, isAllowed, urlRules);
      const urlChanged = configuration.url !== undefined && configuration.url !== before.url;
      const { verification: own = before.verification } = changes;
      // Whoever left one endpoint unverified did not vouch for the next that a customer names.
      const unvouched = actor === 'portal' && urlChanged && own === 'none';
      const verification = unvouched ? options.verification : own;
      const methodChanged = verification !== before.verification;
      const addressee = await addresseeAfter(ledger, before, configuration);
      if (configuration.format !== undefined) checkSecrets(addressee, clock());
      const { rateLimit = before.rateLimit } = configuration;
      const verified =
        urlChanged || methodChanged
          ? await askEndpoint(verifier, verification, addressee, rateLimit)
          : {};
      const change = { accountId, urlChanged, actor, now: clock() };
      const columns = { ...configuration, ...(methodChanged ? { verification } : {}), ...verified };
      const webhook = (await updateWebhook(ledger, id, columns, change)) ?? missing('webhook', id);
      const changed = Object.keys(columns);
      log.info({ webhookId: id, accountId: webhook.accountId, changed }, 'webhook changed');
      return webhook;
    },

    async verify(id, { accountId, actor = 'owner', method } = {}) {
      const before = await get(id, { accountId });
      const { verification } = checkConfiguration(
        { verification: method ?? before.verification },
        isAllowed,
        urlRules,
      );
      if (verification === undefined || (method === undefined && verification === 'none')) {
        throw new InvalidInputError(
          'method: the webhook has none, so name ping, handshake or challenge',
          {
            details: { method: 'ping, handshake or challenge' },
          },
        );
      }
      const verified = await askEndpoint(
        verifier,
        verification,
        await addresseeOf(ledger, id),
        before.rateLimit,
      );
      const change = { accountId, urlChanged: false, actor, now: clock() };
      const changes = { verification, ...verified };
      const webhook = (await updateWebhook(ledger, id, changes, change)) ?? missing('webhook', id);
      const line = { webhookId: id, accountId: webhook.accountId, method: verification };
      log.info(line, 'webhook verified');
      return webhook;
    },

    async delete(id, scope = {}) {
      const deleted = await deleteWebhook(ledger, knownId(id), { ...scope, now: clock() });
      if (!deleted) missing('webhook', id);
      log.info({ webhookId: id, ...scope }, 'webhook deleted');
    },

    rotateSecret: createRotation({ ledger, secretBox, get, clock, log }),

    ...createActivation({ ledger, get, metrics, clock, log }),

    async history(id, { accountId, ...request } = {}) {
      await get(id, { accountId });
      return listHistory(ledger, id, request);
    },

    rekey: (onProgress) => rekeySecrets({ ledger, secretBox, clock, log, onProgress }),

    async attempts(id, { accountId, ...request } = {}) {
      await get(id, { accountId });
      return listAttempts(ledger, id, request);
    },
  };
}
