import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type AtRiskJson, call, type PageJson, query } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Card } from '../parts/layout.js';
import { usePages } from '../parts/pages.js';
import { Listing } from '../parts/table.js';
import { TimeLeft } from '../webhooks/time-left.js';
import { WebhookLink } from '../webhooks/webhook-link.js';
import { number } from '../words.js';

/** The webhooks that fail, those with the least time left first. */
export function AtRisk() {
  const pages = usePages();
  const { data, error } = useQuery({
    queryKey: ['zombies', pages.cursor],
    queryFn: () =>
      call<PageJson<AtRiskJson>>(
        'GET',
        `/v1/zombies${query({ within: '3650d', cursor: pages.cursor })}`,
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <Card title="At risk: failing, least time left first">
      <Listing
        page={data}
        error={error}
        empty={<>No webhook is failing.</>}
        label="Webhooks at risk"
        heads={[
          'Webhook',
          'Account',
          'Tier',
          'Time left',
          'Last success',
          'In a row',
          'Last error',
        ]}
      >
        {(webhook) => (
          <tr key={webhook.id}>
            <td>
              <WebhookLink id={webhook.id} url={webhook.url} />
            </td>
            <td>{webhook.accountId}</td>
            <td>{webhook.tier}</td>
            <td>
              <TimeLeft deactivatesAt={webhook.deactivatesAt} />
            </td>
            <td>
              <Ago at={webhook.lastSuccess} />
            </td>
            <td className="number">{number(webhook.consecutiveFailures)}</td>
            <td className="error">{webhook.lastError ?? '–'}</td>
          </tr>
        )}
      </Listing>
      {pages.controls(data?.nextCursor ?? null)}
    </Card>
  );
}
