import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { call, type WebhookJson } from '../api.js';
import { DeliveryList } from '../deliveries/delivery-list.js';
import { useFilter } from '../parts/filter.js';
import { PageHead } from '../parts/layout.js';
import { Fault, Pending } from '../parts/states.js';
import { useMay } from '../session.js';
import { Url } from '../webhooks/webhook-link.js';
import { WebhookState } from '../webhooks/webhook-state.js';
import { WebhookActions } from './actions.js';
import { AttemptList } from './attempt-list.js';
import { Health } from './health.js';
import { History } from './history.js';
import { Replays } from './replays.js';
import { Settings } from './settings.js';

const VIEWS = ['Health', 'Attempts', 'Deliveries', 'Replays', 'History', 'Settings'] as const;

/** Everything of the webhook that the address names. */
export function WebhookPage() {
  const { id } = useParams({ from: '/webhooks/$id' });
  return <OneWebhook key={id} id={id} />;
}

function OneWebhook({ id }: { id: string }) {
  const { filter, set } = useFilter(['view']);
  const view = VIEWS.find((each) => each === filter.view) ?? 'Health';
  const may = useMay('webhooks:write');
  const { data: webhook, error } = useQuery({
    queryKey: ['webhook', id],
    queryFn: () => call<WebhookJson>('GET', `/v1/webhooks/${id}`),
  });
  if (webhook === undefined) return <Pending error={error} />;
  return (
    <>
      <PageHead
        title={
          <span className="url">
            <Url url={webhook.url} />
          </span>
        }
        sub={
          <>
            {webhook.description !== '' && `${webhook.description} · `}
            {webhook.accountId} · {webhook.tier} · <code>{id}</code>
          </>
        }
      >
        <WebhookState webhook={webhook} />
      </PageHead>
      {error !== null && <Fault error={error} />}
      {webhook.deactivationDetail !== null && !webhook.active && (
        <p className="note">{webhook.deactivationDetail}</p>
      )}
      {may && <WebhookActions webhook={webhook} />}
      <nav className="views" aria-label="Views">
        {VIEWS.map((each) => (
          <button
            key={each}
            type="button"
            aria-current={each === view ? 'page' : undefined}
            onClick={() => set({ view: each === 'Health' ? '' : each })}
          >
            {each}
          </button>
        ))}
      </nav>
      {view === 'Health' && <Health webhook={webhook} />}
      {view === 'Attempts' && <AttemptList id={id} />}
      {view === 'Deliveries' && <DeliveryList webhookId={id} />}
      {view === 'Replays' && <Replays id={id} />}
      {view === 'History' && <History id={id} />}
      {view === 'Settings' && <Settings webhook={webhook} />}
    </>
  );
}
