import type { WebhookJson } from '../api.js';
import { Badge } from '../parts/layout.js';

const REASONS = {
  owner: 'by its owner',
  gone: 'its endpoint is gone',
  zombie: 'a zombie',
} as const;

/** The state of a webhook in a few words. */
export function WebhookState(props: {
  webhook: Pick<WebhookJson, 'active' | 'breaker' | 'failingSince'> &
    Partial<Pick<WebhookJson, 'deactivationReason'>>;
}) {
  const { active, breaker, failingSince, deactivationReason = null } = props.webhook;
  if (!active) {
    const reason = deactivationReason === null ? '' : `, ${REASONS[deactivationReason]}`;
    return <Badge tone="quiet">inactive{reason}</Badge>;
  }
  if (breaker !== 'closed') return <Badge tone="bad">breaker {breaker}</Badge>;
  if (failingSince !== null) return <Badge tone="warn">failing</Badge>;
  return <Badge tone="good">well</Badge>;
}
