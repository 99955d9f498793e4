import { Link } from '@tanstack/react-router';
import type { FailingJson, IncidentJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Card } from '../parts/layout.js';
import { Empty } from '../parts/states.js';
import { TimeLeft } from '../webhooks/time-left.js';
import { WebhookLink } from '../webhooks/webhook-link.js';
import { WebhookState } from '../webhooks/webhook-state.js';
import { duration, number, plural } from '../words.js';

/** What needs somebody: the incidents that are open, and the worst webhooks with what is wrong. */
export function Attention(props: {
  worst: readonly FailingJson[];
  incidents: readonly IncidentJson[];
}) {
  const { worst, incidents } = props;
  return (
    <Card
      title="Needs attention"
      aside={
        <Link to="/webhooks" search={{ state: 'failing' } as never}>
          All that fail
        </Link>
      }
    >
      {worst.length + incidents.length === 0 ? (
        <Empty>No webhook failed, and no incident is open.</Empty>
      ) : (
        <ul className="attention">
          {incidents.map((incident) => (
            <Incident key={incident.id} incident={incident} />
          ))}
          {worst.map((webhook) => (
            <Worst key={webhook.webhookId} webhook={webhook} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Incident({ incident }: { incident: IncidentJson }) {
  return (
    <li className="bad">
      <div>
        <Link to="/alerts">{incident.ruleName}</Link>
        <p className="muted">
          Incident of {incident.webhookId === null ? `account ${incident.accountId}` : 'a webhook'},
          opened <Ago at={incident.openedAt} />
          {incident.acknowledgedAt !== null && ', acknowledged'}
        </p>
      </div>
      {incident.webhookId !== null && (
        <Link to="/webhooks/$id" params={{ id: incident.webhookId }}>
          Its webhook
        </Link>
      )}
    </li>
  );
}

function Worst({ webhook }: { webhook: FailingJson }) {
  const { failingSince, lastError, consecutiveFailures, owed, deactivatesAt } = webhook;
  const isFailing = webhook.active && failingSince !== null;
  return (
    <li className={webhook.breaker !== 'closed' ? 'bad' : isFailing ? 'warn' : 'quiet'}>
      <div>
        <p className="first">
          <WebhookLink id={webhook.webhookId} url={webhook.url} />
          <WebhookState webhook={webhook} />
        </p>
        <p className="muted">
          {webhook.accountId}, {webhook.tier} ·{' '}
          {isFailing ? (
            <>
              {lastError ?? 'fails'} · {plural(consecutiveFailures, 'failure')} in a row for{' '}
              {duration(Date.now() - Date.parse(failingSince))}
            </>
          ) : (
            `${number(webhook.failures)} of ${plural(webhook.attempts, 'attempt')} failed`
          )}
          {owed > 0 && ` · ${number(owed)}${owed >= 1_000 ? '+' : ''} waiting`}
        </p>
      </div>
      {deactivatesAt !== null && (
        <p className="left">
          <span className="muted">Time left</span> <TimeLeft deactivatesAt={deactivatesAt} />
        </p>
      )}
    </li>
  );
}
