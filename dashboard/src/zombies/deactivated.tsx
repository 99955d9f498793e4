import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { call, type PageJson, query, type WebhookJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Card } from '../parts/layout.js';
import { usePages } from '../parts/pages.js';
import { Listing } from '../parts/table.js';
import { WebhookLink } from '../webhooks/webhook-link.js';
import { WebhookState } from '../webhooks/webhook-state.js';

/** The webhooks that are inactive, and why. */
export function Deactivated() {
  const pages = usePages();
  const { data, error } = useQuery({
    queryKey: ['deactivated', pages.cursor],
    queryFn: () =>
      call<PageJson<WebhookJson>>(
        'GET',
        `/v1/webhooks${query({ active: 'false', cursor: pages.cursor })}`,
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <Card title="Deactivated">
      <Listing
        page={data}
        error={error}
        empty={<>No webhook is inactive.</>}
        label="Deactivated webhooks"
        heads={['Webhook', 'Account', 'State', 'When', 'Why']}
      >
        {(webhook) => (
          <tr key={webhook.id}>
            <td>
              <WebhookLink id={webhook.id} url={webhook.url} />
            </td>
            <td>{webhook.accountId}</td>
            <td>
              <WebhookState webhook={webhook} />
            </td>
            <td>
              <Ago at={webhook.deactivatedAt} />
            </td>
            <td className="error">{webhook.deactivationDetail ?? '–'}</td>
          </tr>
        )}
      </Listing>
      {pages.controls(data?.nextCursor ?? null)}
    </Card>
  );
}
