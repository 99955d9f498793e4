/** What a backend imports: the public API and nothing else. */

export type { PosthornOptions, Settings } from './config.js';
export type { Access, AccountScope, KeyRole } from './domain/access.js';
export type { Clock } from './domain/clock.js';
export {
  BlockedAddressError,
  ConflictError,
  EmbeddedPostgresError,
  ForbiddenError,
  InvalidEventTypeError,
  InvalidInputError,
  InvalidPayloadError,
  InvalidSettingsError,
  InvalidUrlError,
  LedgerError,
  NotFoundError,
  PayloadTooLargeError,
  PosthornError,
  QueueError,
  SecretKeyError,
} from './domain/errors.js';
export type { NewEvent } from './domain/event.js';
export type { Finding, Invariant } from './domain/invariant.js';
export type { ErrorClass } from './domain/outcome.js';
export type { SignatureScheme } from './domain/signing-secret.js';
export type { Tier } from './domain/tier.js';
export type {
  ReconcileOptions,
  Reconciliation,
  ReconciliationReport,
} from './jobs/reconciliation.js';
export type { ZombieSweep } from './jobs/zombie-sweep.js';
export type { ApiKeys } from './keys/api-keys.js';
export type { NewApiKey } from './keys/new-key.js';
export {
  createPosthorn,
  type Posthorn,
  type PosthornDependencies,
} from './posthorn.js';
export type { EnqueuedEvent, EnqueueOptions } from './producers/producer.js';
export type { Role } from './roles.js';
export type { ApiKey, ApiKeyFilter } from './store/api-keys.js';
export type { Attempt, Delivery, DeliveryFilter } from './store/deliveries.js';
export type { StoredEvent } from './store/events.js';
export type { SqlRunner } from './store/ledger.js';
export { migrate } from './store/migrate.js';
export type { Page, PageRequest } from './store/page.js';
export type { Webhook, WebhookFilter } from './store/webhooks.js';
export type { Zombie } from './store/zombies.js';
export type { WebhookInput } from './webhooks/configuration.js';
export type { Deliveries, DeliveryWithAttempts, Events } from './webhooks/deliveries.js';
export type { RekeyReport } from './webhooks/rekey.js';
export type { Webhooks } from './webhooks/webhooks.js';
