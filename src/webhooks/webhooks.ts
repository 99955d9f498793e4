import type { Logger } from 'pino';
import type { Addressee } from '../delivery/own-message.js';
import type { AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import { ConflictError, InvalidInputError, missing, refuseField } from '../domain/errors.js';
import { checkKey, DEFAULT_ACCOUNT } from '../domain/event.js';
import { type Format, isForPeople } from '../domain/format.js';
import { secretFault } from '../domain/format-secrets.js';
import { isId, newId } from '../domain/id.js';
import type { Actor } from '../domain/notice.js';
import type { OnProgress } from '../domain/progress.js';
import type { SecretBox } from '../domain/secret-box.js';
import { isLive, MOST_LIVE_SECRETS, type SignatureScheme } from '../domain/signing-secret.js';
import type { UrlRules } from '../domain/url-rules.js';
import type { VerificationMethod } from '../domain/verification.js';
import type { Metrics } from '../metrics.js';
import { formatInForce } from '../store/account-formats.js';
import { readAddressee } from '../store/addressee.js';
import { type Attempt, listAttempts } from '../store/deliveries.js';
import type { Ledger } from '../store/ledger.js';
import { listHistory, type Notice } from '../store/notices.js';
import type { Page, PageRequest } from '../store/page.js';
import type { SealedSecret } from '../store/sealed-secret.js';
import { changeSecrets } from '../store/secrets.js';
import {
  insertWebhook,
  updateWebhook,
  type WebhookConfiguration,
} from '../store/webhook-configuration.js';
import { searchWebhooks } from '../store/webhook-search.js';
import { deactivateWebhook, deleteWebhook, reactivateWebhook } from '../store/webhook-state.js';
import { findWebhook, listWebhooks, type Webhook, type WebhookFilter } from '../store/webhooks.js';
import { assertObject, checkConfiguration, checkText, type WebhookInput } from './configuration.js';
import { createImport, type ImportWebhooks } from './import.js';
import { newSecret } from './new-secret.js';
import { type RekeyReport, rekeySecrets } from './rekey.js';
import type { Verifier } from './verification.js';

/** Who does it, for the webhook's history; its owner where left out. */
export interface ByActor {
  readonly actor?: Actor | undefined;
}

/** Registers webhooks and changes their state. Unknown ids throw `NotFoundError`. */
export interface Webhooks {
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
  rotateSecret(
    id: string,
    options?: AccountScope & {
      readonly overlapMs?: number | undefined;
      readonly signatureScheme?: SignatureScheme | undefined;
      /** In place of a new one, as at registration. */
      readonly secret?: string | undefined;
    },
  ): Promise<{ webhook: Webhook; secret: string }>;
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
  /** Seals every secret that a former key sealed with the present one. */
  rekey(onProgress?: OnProgress): Promise<RekeyReport>;
  /** A page of its attempts, newest first. */
  attempts(id: string, request?: PageRequest & AccountScope): Promise<Page<Attempt>>;
}

const DEFAULT_OVERLAP_MS = 24 * 3_600_000;
const LONGEST_OVERLAP_MS = 7 * 24 * 3_600_000;

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
    return (await findWebhook(ledger, known(id), scope.accountId)) ?? missing('webhook', id);
  }

  /** Verifies an endpoint. @returns the columns that follow from it */
  async function ask(
    method: VerificationMethod,
    addressee: Addressee,
    rateLimit: number | null,
  ): Promise<{ verifiedAt: Date | null; rateLimit?: number }> {
    if (method === 'none') return { verifiedAt: null };
    const { format } = addressee;
    if (method === 'challenge' && isForPeople(format)) {
      refuseField(
        'verification',
        `nobody answers a challenge in the format ${format.kind}: use ping, which shows as a message, or none`,
      );
    }
    const { at, perSecond } = await verifier.verify(method, addressee, rateLimit);
    // The lower of both: what the endpoint allows, and what its owner set.
    const allowed = perSecond === null || (rateLimit !== null && rateLimit <= perSecond);
    return allowed ? { verifiedAt: at } : { verifiedAt: at, rateLimit: perSecond };
  }

  /** A registered webhook, as messages go to it once these changes hold. */
  async function addresseeAfter(
    { id, accountId }: Webhook,
    { url, headers, format }: Partial<WebhookConfiguration> = {},
  ): Promise<Addressee & { readonly secrets: readonly SealedSecret[] }> {
    const addressee = (await readAddressee(ledger, id)) ?? missing('webhook', id);
    return {
      ...addressee,
      ...(url === undefined ? {} : { url }),
      ...(headers === undefined ? {} : { headers: headers as Record<string, string> }),
      ...(format === undefined ? {} : { format: await formatInForce(ledger, accountId, format) }),
    };
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
      const verified = await ask(verification, { id, url, headers, format, secrets }, rateLimit);
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
      const addressee = await addresseeAfter(before, configuration);
      if (configuration.format !== undefined) checkSecrets(addressee, clock());
      const { rateLimit = before.rateLimit } = configuration;
      const verified =
        urlChanged || methodChanged ? await ask(verification, addressee, rateLimit) : {};
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
      const verified = await ask(verification, await addresseeAfter(before), before.rateLimit);
      const change = { accountId, urlChanged: false, actor, now: clock() };
      const changes = { verification, ...verified };
      const webhook = (await updateWebhook(ledger, id, changes, change)) ?? missing('webhook', id);
      const line = { webhookId: id, accountId: webhook.accountId, method: verification };
      log.info(line, 'webhook verified');
      return webhook;
    },

    async delete(id, scope = {}) {
      const deleted = await deleteWebhook(ledger, known(id), { ...scope, now: clock() });
      if (!deleted) missing('webhook', id);
      log.info({ webhookId: id, ...scope }, 'webhook deleted');
    },

    async rotateSecret(id, { accountId, overlapMs = DEFAULT_OVERLAP_MS, ...wanted } = {}) {
      if (!(overlapMs >= 0 && overlapMs <= LONGEST_OVERLAP_MS)) {
        throw new InvalidInputError('the overlap does not fit: use 0 to 7 days');
      }
      const before = await get(id, { accountId });
      const { signatureScheme: scheme = before.signatureScheme, secret: given } = wanted;
      const { format } = await addresseeAfter(before);
      const now = clock();
      const { secret, sealed } = newSecret({ scheme, given, format, secretBox, now });
      const until = new Date(now.getTime() + overlapMs).toISOString();
      const webhook = await changeSecrets(ledger, known(id), { accountId, now }, (before) => {
        const older = before
          .map((entry) => ({ ...entry, expiresAt: earlier(entry.expiresAt, until) }))
          .filter(({ expiresAt }) => new Date(expiresAt) > now);
        if (older.length >= MOST_LIVE_SECRETS) tooManySecrets(id);
        return [sealed, ...older];
      });
      if (webhook === undefined) missing('webhook', id);
      log.info(
        { webhookId: id, accountId: webhook.accountId, overlapMs },
        'webhook secret rotated',
      );
      return { webhook, secret };
    },

    async deactivate(id, { accountId, detail, actor = 'owner' } = {}) {
      const now = clock();
      const why = detail === undefined ? null : checkText('detail', detail);
      const change = { accountId, reason: 'owner' as const, detail: why, actor, now };
      const webhook = await deactivateWebhook(ledger, known(id), change);
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
      const result = await reactivateWebhook(ledger, known(id), change);
      if (result === undefined) {
        await get(id, { accountId });
        throw new ConflictError(`webhook ${id} is active already`);
      }
      const { webhook, deliveries } = result;
      const line = { webhookId: id, accountId: webhook.accountId, owed, deliveries };
      log.info(line, 'webhook reactivated');
      return result;
    },

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

/** Throws `InvalidInputError` where the live secrets are none that the format signs with. */
function checkSecrets(
  { format, secrets }: { format: Format; secrets: readonly SealedSecret[] },
  now: Date,
): void {
  const fault = secretFault(
    format,
    secrets.filter((secret) => isLive(secret, now)),
  );
  if (fault !== undefined) refuseField('format', fault);
}

function tooManySecrets(id: string): never {
  throw new ConflictError(`webhook ${id} has ${MOST_LIVE_SECRETS} live secrets, and no more fit`, {
    hint: 'wait until one expires, or rotate with the overlap 0s, which ends them all',
  });
}

function earlier(time: string | null, other: string): string {
  return time !== null && time < other ? time : other;
}

/** What is no id of a webhook names none, and PostgreSQL is not asked for it. */
function known(id: string): string {
  return isId('wh_', id) ? id : missing('webhook', id);
}
