import type { WebhookJson } from '../api.js';
import { Badge } from '../parts/layout.js';

const REASONS = {
  owner: 'by its owner',
  gone: 'its endpoint is gone',
  zombie: 'a zombie',
} as const;

/** The state of a webhook in a few words. */
export function WebhookState({ webhook }: { webhook: WebhookJson }) {
  if (!webhook.active) {
    const reason = webhook.deactivationReason;
    return <Badge tone="quiet">inactive{reason === null ? '' : `, ${REASONS[reason]}`}</Badge>;
  }
  if (webhook.breaker !== 'closed') return <Badge tone="bad">breaker {webhook.breaker}</Badge>;
  if (webhook.failingSince !== null) return <Badge tone="warn">failing</Badge>;
  return <Badge tone="good">well</Badge>;
}
