import type { Webhook } from '../store/webhooks.js';
import { type OutputFlags, pairs, print, time } from './output.js';

/** Prints a webhook. */
export function printWebhook(flags: OutputFlags, webhook: Webhook): void {
  print(flags, webhook, () => describeWebhook(webhook));
}

/** Prints a webhook's id with a secret that was made just now. */
export function printSecret(flags: OutputFlags, webhook: Webhook, secret: string): void {
  print(flags, { ...webhook, secret }, () =>
    pairs([
      ['id', webhook.id],
      ['secret', `${secret}  (shown this once)`],
    ]),
  );
}

/** Its state by the words of `--state`, and why it is held where it fails. */
export function webhookState(webhook: Webhook): string {
  const { active, deactivationReason, failingSince, breaker } = webhook;
  if (!active) return `inactive (${deactivationReason})`;
  if (failingSince === null) return 'well';
  return breaker === 'closed' ? 'failing' : `failing (breaker ${breaker})`;
}

/** All of a webhook that people look for, a line each. */
export function describeWebhook(webhook: Webhook): string {
  return pairs([
    ['id', webhook.id],
    ['account', webhook.accountId],
    ['url', webhook.url],
    ['description', webhook.description],
    ['event types', webhook.eventTypes.join(', ') || 'all'],
    ['tier', webhook.tier],
    ['state', webhookState(webhook)],
    ...(webhook.active
      ? []
      : [
          ['since', time(webhook.deactivatedAt)] as const,
          ['why', webhook.deactivationDetail ?? ''] as const,
        ]),
    ['breaker', webhook.breaker],
    ['limits', limits(webhook)],
    ['overrides', overrides(webhook)],
    ['format', webhook.format === null ? 'as its account says' : webhook.format.kind],
    ['signature', signature(webhook)],
    ['last success', time(webhook.lastSuccess)],
    ['last failure', time(webhook.lastFailure)],
    ['last error', webhook.lastError ?? ''],
    ['successes', String(webhook.successCount)],
    ['failures', `${webhook.failureCount}, ${webhook.consecutiveFailures} in a row`],
    ['created', time(webhook.createdAt)],
  ]);
}

function limits({ maxInFlight, rateLimit }: Webhook): string {
  const inFlight = maxInFlight === null ? [] : [`${maxInFlight} in flight`];
  const rate = rateLimit === null ? [] : [`${rateLimit} per second`];
  return [...inFlight, ...rate].join(', ') || 'none of its own';
}

function overrides({ overrides: own }: Webhook): string {
  return Object.entries(own)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function signature({ signatureScheme, publicKey }: Webhook): string {
  return publicKey === null
    ? `${signatureScheme}, HMAC-SHA256`
    : `${signatureScheme}, ${publicKey}`;
}
