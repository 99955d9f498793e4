import type { WebhookJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Card } from '../parts/layout.js';
import { FormatInForce } from './format.js';

export function Configuration({ webhook }: { webhook: WebhookJson }) {
  const rows: readonly (readonly [string, React.ReactNode])[] = [
    ['Event types', webhook.eventTypes.length === 0 ? 'every type' : webhook.eventTypes.join(', ')],
    ['Tier', webhook.tier],
    ['Format', <FormatInForce key="format" webhook={webhook} />],
    ['Verification', webhook.verification],
    ['Verified', <Ago key="verified" at={webhook.verifiedAt} />],
    ['Signature', webhook.signatureScheme],
    ['Public key', webhook.publicKey ?? '–'],
    ['Headers', Object.keys(webhook.headers).join(', ') || 'none'],
    ['Most in flight', webhook.maxInFlight ?? 'the setting'],
    ['Rate limit', webhook.rateLimit === null ? 'none' : `${webhook.rateLimit} per second`],
    [
      'Policy of its own',
      Object.entries(webhook.overrides)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ') || 'none',
    ],
    ['Registered', <Ago key="created" at={webhook.createdAt} />],
    ['Changed', <Ago key="updated" at={webhook.updatedAt} />],
  ];
  return (
    <Card title="Settings">
      <dl className="pairs">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
