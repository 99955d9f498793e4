import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { call, type WebhookJson } from '../api.js';
import { PageHead } from '../parts/layout.js';
import { Pending } from '../parts/states.js';
import { useMay } from '../session.js';
import { ConditionBadge, ConditionNote } from './condition.js';
import { DeliveryList } from './delivery-list.js';
import { Health } from './health.js';
import { History } from './history.js';
import { eventTypesInWords } from './in-words.js';
import { Replays } from './replays.js';
import { WebhookActions } from './webhook-actions.js';

const VIEWS = { Health, Deliveries: DeliveryList, Replays, History } as const;

/** Everything of one webhook. */
export function WebhookPage() {
  const { id } = useParams({ strict: false });
  const [view, setView] = useState<keyof typeof VIEWS>('Health');
  const may = useMay('webhooks:write');
  const { data: webhook, error } = useQuery({
    queryKey: ['webhook', id],
    queryFn: () => call<WebhookJson>('GET', `/v1/webhooks/${id}`),
  });
  if (webhook === undefined) return <Pending error={error} />;
  const View = VIEWS[view];
  return (
    <>
      <Link to="/" className="back">
        ← All webhooks
      </Link>
      <PageHead
        title={<span className="url">{webhook.url}</span>}
        sub={
          <>
            {webhook.description !== '' && `${webhook.description} · `}
            {eventTypesInWords(webhook.eventTypes)}
          </>
        }
      >
        <ConditionBadge webhook={webhook} />
      </PageHead>
      <ConditionNote webhook={webhook} />
      {may && <WebhookActions webhook={webhook} />}
      <nav className="views" aria-label="Views">
        {(Object.keys(VIEWS) as (keyof typeof VIEWS)[]).map((each) => (
          <button
            key={each}
            type="button"
            aria-current={each === view ? 'page' : undefined}
            onClick={() => setView(each)}
          >
            {each}
          </button>
        ))}
      </nav>
      <View webhook={webhook} />
    </>
  );
}
