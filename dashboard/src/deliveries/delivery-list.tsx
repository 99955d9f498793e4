import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call, type DeliveryJson, type PageJson, query } from '../api.js';
import { useAction } from '../parts/action.js';
import { Ago } from '../parts/ago.js';
import { Field } from '../parts/form.js';
import { usePages } from '../parts/pages.js';
import { Fault } from '../parts/states.js';
import { Listing } from '../parts/table.js';
import { useMay } from '../session.js';
import { number } from '../words.js';
import { DeliveryStatus, STATUS_TONES } from './delivery-status.js';

/** A list of deliveries, of one webhook where it is named. */
export function DeliveryList({ webhookId }: { webhookId?: string }) {
  const pages = usePages();
  const [filter, setFilter] = useState({ status: '', webhookId: '', eventId: '' });
  const [marked, setMarked] = useState<readonly string[]>([]);
  const may = useMay('deliveries:retry');
  const { data, error } = useQuery({
    queryKey: ['deliveries', webhookId, filter, pages.cursor],
    queryFn: () =>
      call<PageJson<DeliveryJson>>(
        'GET',
        `/v1/deliveries${query({ ...filter, ...(webhookId === undefined ? {} : { webhookId }), cursor: pages.cursor, limit: 25 })}`,
      ),
    placeholderData: keepPreviousData,
  });
  const retry = useAction(async (ids: readonly string[]) => {
    for (const id of ids) await call('POST', `/v1/deliveries/${id}/retry`);
    setMarked([]);
  });
  const set = (change: Partial<typeof filter>) => {
    setFilter({ ...filter, ...change });
    setMarked([]);
    pages.reset();
  };
  return (
    <>
      <search className="filters">
        <Field label="Status">
          {(id) => (
            <select
              id={id}
              value={filter.status}
              onChange={(event) => set({ status: event.target.value })}
            >
              <option value="">any</option>
              {Object.keys(STATUS_TONES).map((status) => (
                <option key={status}>{status}</option>
              ))}
            </select>
          )}
        </Field>
        {webhookId === undefined && (
          <Field label="Webhook id">
            {(id) => (
              <input
                id={id}
                value={filter.webhookId}
                onChange={(event) => set({ webhookId: event.target.value.trim() })}
              />
            )}
          </Field>
        )}
        <Field label="Event id">
          {(id) => (
            <input
              id={id}
              value={filter.eventId}
              onChange={(event) => set({ eventId: event.target.value.trim() })}
            />
          )}
        </Field>
        {may && (
          <button
            type="button"
            disabled={marked.length === 0 || retry.isPending}
            onClick={() => retry.mutate(marked)}
          >
            Retry {marked.length === 0 ? 'marked' : number(marked.length)}
          </button>
        )}
      </search>
      {retry.error !== null && <Fault error={retry.error} />}
      <Listing
        page={data}
        error={error}
        empty={<>No delivery fits.</>}
        label="Deliveries"
        heads={[
          ...(may
            ? [
                <span key="mark" className="hidden">
                  Mark
                </span>,
              ]
            : []),
          'Delivery',
          'Status',
          'Attempts',
          'Last outcome',
          'Enqueued',
          'Ended',
        ]}
      >
        {(delivery) => (
          <tr key={delivery.id}>
            {may && (
              <td>
                <input
                  type="checkbox"
                  aria-label={`Mark ${delivery.id}`}
                  checked={marked.includes(delivery.id)}
                  onChange={(event) =>
                    setMarked(
                      event.target.checked
                        ? [...marked, delivery.id]
                        : marked.filter((id) => id !== delivery.id),
                    )
                  }
                />
              </td>
            )}
            <td>
              <Link to="/deliveries/$id" params={{ id: delivery.id }} className="id">
                {delivery.id}
              </Link>
            </td>
            <td>
              <DeliveryStatus status={delivery.status} />
            </td>
            <td className="number">{number(delivery.attemptCount)}</td>
            <td>
              {delivery.lastOutcome ?? '–'}
              {delivery.lastStatusCode !== null && ` (${delivery.lastStatusCode})`}
            </td>
            <td>
              <Ago at={delivery.createdAt} />
            </td>
            <td>{delivery.endedAt === null ? '–' : <Ago at={delivery.endedAt} />}</td>
          </tr>
        )}
      </Listing>
      {pages.controls(data?.nextCursor ?? null)}
    </>
  );
}
