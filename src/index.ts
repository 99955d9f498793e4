/** What a backend imports: the public API and nothing else. */

export type { Alerts } from './alerts/alerts.js';
export type { Channel, ChannelInput, Channels } from './alerts/channels.js';
export type { DryRun, DryRunOptions, DryRunSubject } from './alerts/dry-run.js';
export type { Evaluation } from './alerts/evaluator.js';
export type { Incidents } from './alerts/incidents.js';
export type { RuleInput } from './alerts/rule-input.js';
export type { Rules } from './alerts/rules.js';
export type { Archive, ArchiveRun } from './archive/archive.js';
export type { ArchivedDay } from './archive/archived-days.js';
export type { Manifest } from './archive/day-files.js';
export type { Erasure, ErasureReport } from './archive/erasure.js';
export type { TaskInput, Tasks } from './archive/tasks.js';
export type { PosthornOptions, SettingInForce, Settings } from './config.js';
export type { ShownExchange } from './delivery/own-message.js';
export type { Access, AccountScope, CustomerRole, KeyRole } from './domain/access.js';
export type { Comparison, Metric, Resolution, RuleScope } from './domain/alert-rule.js';
export type { QuietHours } from './domain/alert-telling.js';
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
  VerificationError,
} from './domain/errors.js';
export type { NewEvent } from './domain/event.js';
export type { Format } from './domain/format.js';
export type { FormatInput, RawSignatureInput } from './domain/format-input.js';
export type { Finding, Invariant } from './domain/invariant.js';
export type { NoticeType } from './domain/notice.js';
export type { ErrorClass } from './domain/outcome.js';
export type { PolicyOverrides } from './domain/policy.js';
export type {
  HmacSignature,
  RawFormat,
  RawSignature,
  TokenSignature,
} from './domain/raw-format.js';
export type { SignatureScheme } from './domain/signing-secret.js';
export type { Tier } from './domain/tier.js';
export type { VerificationMethod } from './domain/verification.js';
export type {
  ReconcileOptions,
  Reconciliation,
  ReconciliationReport,
} from './jobs/reconciliation.js';
export type { Rollup } from './jobs/rollup.js';
export type { ZombieSweep } from './jobs/zombie-sweep.js';
export type { ApiKeys } from './keys/api-keys.js';
export type { NewApiKey } from './keys/new-key.js';
export type { Grant } from './portal/grants.js';
export type { NewPortalLink, PortalLook, PortalTheme } from './portal/new-link.js';
export type { Portal, PortalLink, PortalSession } from './portal/portal.js';
export {
  createPosthorn,
  type Posthorn,
  type PosthornDependencies,
} from './posthorn.js';
export type { Presence } from './presence.js';
export type { EnqueuedEvent, EnqueueOptions } from './producers/producer.js';
export type { QueueOverview, QueuesOverview } from './queue/board.js';
export type { Role } from './roles.js';
export type { AccountFormat } from './store/account-formats.js';
export type { AlertRule, RuleFilter } from './store/alert-rules.js';
export type { ApiKey, ApiKeyFilter } from './store/api-keys.js';
export type { WebhookAtRisk } from './store/at-risk.js';
export type { Attempt, Delivery, DeliveryPlace } from './store/deliveries.js';
export type { DeliveryFilter, ListedDelivery } from './store/delivery-list.js';
export type { StoredEvent } from './store/events.js';
export type { Incident, IncidentFilter } from './store/incidents.js';
export type { SqlRunner } from './store/ledger.js';
export { migrate } from './store/migrate.js';
export type { Notice } from './store/notices.js';
export type { Page, PageRequest } from './store/page.js';
export type { Process } from './store/processes.js';
export type { Owed, Replay, ReplayableStatus, ReplayFilter } from './store/replays.js';
export type { TablesState } from './store/tables-state.js';
export type { Task } from './store/tasks.js';
export type { ShownHold, WaitingDeliveries } from './store/traffic.js';
export type { Webhook, WebhookFilter } from './store/webhooks.js';
export type { Zombie } from './store/zombies.js';
export type { Surroundings, SurroundingsReader } from './surroundings.js';
export type { AccountFormats } from './webhooks/account-formats.js';
export type { Attempts, AttemptWithRequest } from './webhooks/attempts.js';
export type { WebhookInput } from './webhooks/configuration.js';
export type { Deliveries, DeliveryWithAttempts, Events } from './webhooks/deliveries.js';
export type { HealthReader, WebhookHealth } from './webhooks/health.js';
export type { ImportedRow, ImportFault, ImportOptions, ImportReport } from './webhooks/import.js';
export type { ImportedTime, ImportedWebhook } from './webhooks/imported-webhook.js';
export type {
  FailingWebhook,
  Overview,
  OverviewReader,
  OverviewSpan,
} from './webhooks/overview.js';
export type { AccountPolicy, PolicyReader, TierPolicy } from './webhooks/policy.js';
export type { RekeyReport } from './webhooks/rekey.js';
export type { ReplayInput, Replays } from './webhooks/replays.js';
export type { LiveSecret, SecretReader } from './webhooks/secrets.js';
export type { StatsReader, StatsRequest, WebhookStats } from './webhooks/stats.js';
export type { TrafficReader, WebhookTraffic } from './webhooks/traffic.js';
export type { WebhookTests } from './webhooks/trials.js';
export type { Webhooks } from './webhooks/webhooks.js';
