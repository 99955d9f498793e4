/**
 * What Posthorn tells of its own accord: each is an event to operational webhooks and may be sent to
 * channels.
 *
 * - `webhook.failing`: its breaker opened
 * - `webhook.recovered`: its breaker closed, because it succeeded
 * - `webhook.warned`: it will be deactivated, if it does not succeed before
 * - `webhook.deactivated`, `webhook.reactivated`: by its owner, or by Posthorn
 * - `delivery.exhausted`: the last attempt of a delivery failed
 * - `incident.opened`, `incident.resolved`: an alert rule holds, and holds no more
 */
export const NOTICE_TYPES = [
  'webhook.failing',
  'webhook.recovered',
  'webhook.warned',
  'webhook.deactivated',
  'webhook.reactivated',
  'delivery.exhausted',
  'incident.opened',
  'incident.resolved',
] as const;

export type NoticeType = (typeof NOTICE_TYPES)[number];

/** What is kept in a webhook's history besides, and told to nobody. */
export const SILENT_TYPES = [
  'webhook.registered',
  'webhook.verified',
  'webhook.url_changed',
  'webhook.tested',
] as const;

export type HistoryType = NoticeType | (typeof SILENT_TYPES)[number];

/**
 * Who did something: Posthorn itself, the owner by the library or the command line, a key by its id, or a
 * customer at the portal.
 */
export type Actor = 'posthorn' | 'owner' | `key_${string}` | 'setting' | 'portal';

/** Who does it, for the webhook's history; its owner where left out. */
export interface ByActor {
  readonly actor?: Actor | undefined;
}
