import type { Logger } from 'pino';
import type { AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import { ConflictError, InvalidInputError, NotFoundError } from '../domain/errors.js';
import { checkKey, DEFAULT_ACCOUNT } from '../domain/event.js';
import { isId, newId } from '../domain/id.js';
import type { SecretBox } from '../domain/secret-box.js';
import {
  createKeyPair,
  createSecret,
  SIGNATURE_SCHEMES,
  type SignatureScheme,
} from '../domain/signing-secret.js';
import type { UrlRules } from '../domain/url-rules.js';
import { type Attempt, listAttempts } from '../store/deliveries.js';
import type { SealedSecret } from '../store/delivery-tasks.js';
import type { Ledger } from '../store/ledger.js';
import type { Page, PageRequest } from '../store/page.js';
import { deactivateWebhook, deleteWebhook, reactivateWebhook } from '../store/webhook-state.js';
import {
  changeSecrets,
  findWebhook,
  insertWebhook,
  listWebhooks,
  updateWebhook,
  type Webhook,
  type WebhookConfiguration,
  type WebhookFilter,
} from '../store/webhooks.js';
import { assertObject, checkConfiguration, checkText, type WebhookInput } from './configuration.js';
import { type RekeyReport, rekeySecrets } from './rekey.js';

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
    },
  ): Promise<{ webhook: Webhook; secret: string }>;
  get(id: string, scope?: AccountScope): Promise<Webhook>;
  /** A page of webhooks, newest first. */
  list(filter?: WebhookFilter): Promise<Page<Webhook>>;
  /** Changes what is given. */
  update(id: string, changes: Partial<WebhookInput>, scope?: AccountScope): Promise<Webhook>;
  /** Deletes it; what it is still owed is discarded. */
  delete(id: string, scope?: AccountScope): Promise<void>;
  /**
   * Makes a new secret, of the same scheme where none is named. The ones before sign beside it for
   * `overlapMs` more: 24 h where left out.
   */
  rotateSecret(
    id: string,
    options?: AccountScope & {
      readonly overlapMs?: number | undefined;
      readonly signatureScheme?: SignatureScheme | undefined;
    },
  ): Promise<{ webhook: Webhook; secret: string }>;
  /** Stops deliveries; what is owed waits. Throws `ConflictError` where it is inactive already. */
  deactivate(
    id: string,
    options?: AccountScope & { readonly detail?: string | undefined },
  ): Promise<Webhook>;
  /**
   * Starts deliveries again. What was owed is made now (`replay`, the default) or given up (`discard`);
   * `deliveries` says how many. Throws `ConflictError` where it is active already.
   */
  reactivate(
    id: string,
    options?: AccountScope & { readonly owed?: 'replay' | 'discard' | undefined },
  ): Promise<{ webhook: Webhook; deliveries: number }>;
  /** Seals every secret that a former key sealed with the present one. */
  rekey(): Promise<RekeyReport>;
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
  clock: Clock;
  log: Logger;
}): Webhooks {
  const { ledger, secretBox, isAllowed, urlRules, clock, log } = options;

  /** A new secret: sealed, and as the receiver needs it. */
  function sealNew(scheme: SignatureScheme, now: Date): { secret: string; sealed: SealedSecret } {
    const times = { createdAt: now.toISOString(), expiresAt: null };
    if (scheme === 'v1a') {
      const { secret, publicKey } = createKeyPair();
      return { secret: publicKey, sealed: { sealed: secretBox.seal(secret), publicKey, ...times } };
    }
    const secret = createSecret();
    return { secret, sealed: { sealed: secretBox.seal(secret), ...times } };
  }

  async function get(id: string, scope: AccountScope = {}): Promise<Webhook> {
    return (await findWebhook(ledger, known(id), scope.accountId)) ?? missing(id);
  }

  return {
    async register(given) {
      assertObject(given);
      const { accountId = DEFAULT_ACCOUNT, signatureScheme = 'v1', ...input } = given;
      checkScheme(signatureScheme);
      const now = clock();
      // A caller without types may leave the URL out.
      const complete = { ...input, url: input.url ?? '' };
      const configuration = checkConfiguration(
        complete,
        isAllowed,
        urlRules,
      ) as WebhookConfiguration;
      const { secret, sealed } = sealNew(signatureScheme, now);
      const id = newId('wh_', now);
      const row = { id, accountId: checkKey('accountId', accountId), secrets: [sealed] };
      const webhook = await insertWebhook(ledger, { ...configuration, ...row }, now);
      log.info({ webhookId: id, accountId }, 'webhook registered');
      return { webhook, secret };
    },

    get,

    list: (filter = {}) => listWebhooks(ledger, filter),

    async update(id, changes, scope = {}) {
      const before = await get(id, scope);
      const configuration = checkConfiguration(changes, isAllowed, urlRules);
      const urlChanged = configuration.url !== undefined && configuration.url !== before.url;
      const change = { accountId: scope.accountId, urlChanged, now: clock() };
      return (await updateWebhook(ledger, id, configuration, change)) ?? missing(id);
    },

    async delete(id, scope = {}) {
      const deleted = await deleteWebhook(ledger, known(id), { ...scope, now: clock() });
      if (!deleted) missing(id);
      log.info({ webhookId: id }, 'webhook deleted');
    },

    async rotateSecret(id, { accountId, overlapMs = DEFAULT_OVERLAP_MS, signatureScheme } = {}) {
      if (signatureScheme !== undefined) checkScheme(signatureScheme);
      if (!(overlapMs >= 0 && overlapMs <= LONGEST_OVERLAP_MS)) {
        throw new InvalidInputError('the overlap does not fit: use 0 to 7 days');
      }
      const scheme = signatureScheme ?? (await get(id, { accountId })).signatureScheme;
      const now = clock();
      const { secret, sealed } = sealNew(scheme, now);
      const until = new Date(now.getTime() + overlapMs).toISOString();
      const webhook = await changeSecrets(ledger, known(id), { accountId, now }, (before) => {
        const older = before
          .map((entry) => ({ ...entry, expiresAt: earlier(entry.expiresAt, until) }))
          .filter(({ expiresAt }) => new Date(expiresAt) > now);
        return [sealed, ...older];
      });
      if (webhook === undefined) missing(id);
      log.info({ webhookId: id, overlapMs }, 'webhook secret rotated');
      return { webhook, secret };
    },

    async deactivate(id, { accountId, detail } = {}) {
      const now = clock();
      const why = detail === undefined ? null : checkText('detail', detail);
      const change = { accountId, reason: 'owner' as const, detail: why, now };
      const webhook = await deactivateWebhook(ledger, known(id), change);
      if (webhook === undefined) {
        await get(id, { accountId });
        throw new ConflictError(`webhook ${id} is inactive already`);
      }
      log.info({ webhookId: id, reason: 'owner' }, 'webhook deactivated');
      return webhook;
    },

    async reactivate(id, { accountId, owed = 'replay' } = {}) {
      const result = await reactivateWebhook(ledger, known(id), { accountId, owed, now: clock() });
      if (result === undefined) {
        await get(id, { accountId });
        throw new ConflictError(`webhook ${id} is active already`);
      }
      log.info({ webhookId: id, owed, deliveries: result.deliveries }, 'webhook reactivated');
      return result;
    },

    rekey: () => rekeySecrets({ ledger, secretBox, clock, log }),

    async attempts(id, { accountId, ...request } = {}) {
      await get(id, { accountId });
      return listAttempts(ledger, id, request);
    },
  };
}

function checkScheme(scheme: SignatureScheme): void {
  if (SIGNATURE_SCHEMES.includes(scheme)) return;
  const fault = `not one of ${SIGNATURE_SCHEMES.join(', ')}`;
  throw new InvalidInputError(`signatureScheme: ${fault}`, { details: { signatureScheme: fault } });
}

function earlier(time: string | null, other: string): string {
  return time !== null && time < other ? time : other;
}

/** What is no id of a webhook names none, and PostgreSQL is not asked for it. */
function known(id: string): string {
  return isId('wh_', id) ? id : missing(id);
}

function missing(id: string): never {
  throw new NotFoundError(`there is no webhook ${id}`, { details: { id } });
}
