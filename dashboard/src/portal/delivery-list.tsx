import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ListedDelivery } from '../../../src/index.js';
import { call, type Json, type PageJson, query, type WebhookJson } from '../api.js';
import { Field } from '../parts/form.js';
import { Badge } from '../parts/layout.js';
import { usePages } from '../parts/pages.js';
import { Listing } from '../parts/table.js';
import { number, time } from '../words.js';
import { outcomeInWords, STATUSES } from './in-words.js';

/** The state of a delivery in a word. */
export function DeliveryStatus({ status }: { status: string }) {
  const [word, tone] = STATUSES[status] ?? [status, 'quiet'];
  return <Badge tone={tone}>{word}</Badge>;
}

/** What was to be sent to a webhook, and what became of it. */
export function DeliveryList({ webhook }: { webhook: WebhookJson }) {
  const pages = usePages();
  const [status, setStatus] = useState('');
  const { data, error } = useQuery({
    queryKey: ['deliveries', webhook.id, status, pages.cursor],
    queryFn: () =>
      call<PageJson<Json<ListedDelivery>>>(
        'GET',
        `/v1/deliveries${query({ webhookId: webhook.id, status, cursor: pages.cursor })}`,
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <search className="filters">
        <Field label="State">
          {(id) => (
            <select
              id={id}
              value={status}
              onChange={(event) => {
                setStatus(event.target.value);
                pages.reset();
              }}
            >
              <option value="">All</option>
              {Object.entries(STATUSES).map(([value, [word]]) => (
                <option key={value} value={value}>
                  {word}
                </option>
              ))}
            </select>
          )}
        </Field>
      </search>
      <Listing
        page={data}
        error={error}
        empty={<>There is no such delivery.</>}
        label="Deliveries"
        heads={['Event', 'State', 'Last answer', 'Attempts', 'Happened']}
      >
        {(delivery) => (
          <tr key={delivery.id}>
            <td>
              <Link to="/deliveries/$id" params={{ id: delivery.id }}>
                {delivery.eventType ?? 'An event that is gone'}
              </Link>
            </td>
            <td>
              <DeliveryStatus status={delivery.status} />
            </td>
            <td>{outcomeInWords(delivery.lastOutcome, delivery.lastStatusCode)}</td>
            <td className="number">{number(delivery.attemptCount)}</td>
            <td>
              <time dateTime={delivery.createdAt}>{time(delivery.createdAt)}</time>
            </td>
          </tr>
        )}
      </Listing>
      {pages.controls(data?.nextCursor ?? null)}
    </>
  );
}
