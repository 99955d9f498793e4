import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call, type PageJson, query, type WebhookJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Field } from '../parts/form.js';
import { PageHead } from '../parts/layout.js';
import { usePages } from '../parts/pages.js';
import { Listing } from '../parts/table.js';
import { number } from '../words.js';
import { RegisterButton } from './register.js';
import { SuccessRate } from './success-rate.js';
import { WebhookState } from './webhook-state.js';

/** All webhooks, searched and narrowed. */
export function Webhooks() {
  const pages = usePages();
  const [filter, setFilter] = useState({ search: '', accountId: '', state: '', tier: '' });
  const { data, error } = useQuery({
    queryKey: ['webhooks', filter, pages.cursor],
    queryFn: () =>
      call<PageJson<WebhookJson>>(
        'GET',
        `/v1/webhooks${query({ ...filter, cursor: pages.cursor, limit: 25 })}`,
      ),
    placeholderData: keepPreviousData,
  });
  const set = (change: Partial<typeof filter>) => {
    setFilter({ ...filter, ...change });
    pages.reset();
  };
  return (
    <>
      <PageHead title="Webhooks">
        <RegisterButton />
      </PageHead>
      <search className="filters">
        <Field label="URL contains">
          {(id) => (
            <input
              id={id}
              type="search"
              value={filter.search}
              onChange={(event) => set({ search: event.target.value })}
            />
          )}
        </Field>
        <Field label="Account">
          {(id) => (
            <input
              id={id}
              value={filter.accountId}
              onChange={(event) => set({ accountId: event.target.value })}
            />
          )}
        </Field>
        <Field label="State">
          {(id) => (
            <select
              id={id}
              value={filter.state}
              onChange={(event) => set({ state: event.target.value })}
            >
              <option value="">any</option>
              <option value="well">well</option>
              <option value="failing">failing</option>
              <option value="inactive">inactive</option>
            </select>
          )}
        </Field>
        <Field label="Tier">
          {(id) => (
            <select
              id={id}
              value={filter.tier}
              onChange={(event) => set({ tier: event.target.value })}
            >
              <option value="">any</option>
              <option>critical</option>
              <option>standard</option>
              <option>low</option>
            </select>
          )}
        </Field>
      </search>
      <Listing
        page={data}
        error={error}
        empty={<>No webhook fits.</>}
        label="Webhooks"
        heads={[
          'Webhook',
          'Account',
          'Tier',
          'State',
          '24 hours',
          'Last success',
          'Failures in a row',
        ]}
      >
        {(webhook) => (
          <tr key={webhook.id}>
            <td>
              <Link to="/webhooks/$id" params={{ id: webhook.id }} className="url">
                {webhook.url}
              </Link>
            </td>
            <td>{webhook.accountId}</td>
            <td>{webhook.tier}</td>
            <td>
              <WebhookState webhook={webhook} />
            </td>
            <td>
              <SuccessRate id={webhook.id} />
            </td>
            <td>
              <Ago at={webhook.lastSuccess} />
            </td>
            <td className="number">{number(webhook.consecutiveFailures)}</td>
          </tr>
        )}
      </Listing>
      {pages.controls(data?.nextCursor ?? null)}
    </>
  );
}
