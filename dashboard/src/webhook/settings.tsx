import type { WebhookJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { AskingButton } from '../parts/dialog.js';
import { Card } from '../parts/layout.js';
import { useMay } from '../session.js';
import { DeleteForm } from './delete-form.js';
import { EditForm } from './edit-form.js';
import { FormatInForce } from './format.js';
import { Secrets } from './secrets.js';
import { VerifyForm } from './verify-form.js';

/** What a webhook's owner configures, its secrets, and what ends it. */
export function Settings({ webhook }: { webhook: WebhookJson }) {
  const may = useMay('webhooks:write');
  return (
    <>
      <Card
        title="Configuration"
        aside={
          may && (
            <div className="actions">
              <AskingButton label="Verify again" title="Verify the endpoint again">
                {(close) => <VerifyForm webhook={webhook} onDone={close} />}
              </AskingButton>
              <AskingButton label="Edit" title="Edit the configuration">
                {(close) => <EditForm webhook={webhook} onDone={close} />}
              </AskingButton>
            </div>
          )
        }
      >
        <Configuration webhook={webhook} />
      </Card>
      <Secrets webhook={webhook} />
      {may && (
        <Card title="Delete">
          <p>Its pending deliveries are discarded, and its stats go with it.</p>
          <div className="actions">
            <AskingButton label="Delete the webhook" title="Delete the webhook?" danger>
              {() => <DeleteForm webhook={webhook} />}
            </AskingButton>
          </div>
        </Card>
      )}
    </>
  );
}

function Configuration({ webhook }: { webhook: WebhookJson }) {
  const overrides = Object.entries(webhook.overrides);
  const rows: readonly (readonly [string, React.ReactNode])[] = [
    ['Event types', webhook.eventTypes.length === 0 ? 'every type' : webhook.eventTypes.join(', ')],
    ['Tier', webhook.tier],
    ['Format', <FormatInForce key="format" webhook={webhook} />],
    ['Verification', webhook.verification],
    ['Verified', <Ago key="verified" at={webhook.verifiedAt} />],
    ['Headers', Object.keys(webhook.headers).join(', ') || 'none of its own'],
    ['Most in flight', webhook.maxInFlight ?? 'the setting'],
    ['Rate limit', webhook.rateLimit === null ? 'none' : `${webhook.rateLimit} per second`],
    [
      'Policy of its own',
      overrides.map(([name, value]) => `${name} ${value}`).join(', ') || 'none: its tier’s',
    ],
    ['Registered', <Ago key="created" at={webhook.createdAt} />],
    ['Changed', <Ago key="updated" at={webhook.updatedAt} />],
  ];
  return (
    <dl className="pairs">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
