import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call, type DeliveryJson, type PageJson, query } from '../api.js';
import { useFilter } from '../parts/filter.js';
import { usePages } from '../parts/pages.js';
import { Listing } from '../parts/table.js';
import { useMay } from '../session.js';
import { DELIVERY_FILTERS, DeliveryFilters } from './delivery-filters.js';
import { DeliveryRow } from './delivery-row.js';
import { RetryBar } from './retry-bar.js';

/** Deliveries on a page. */
const PAGE = 50;

/** A list of deliveries, of one webhook where it is named. */
export function DeliveryList({ webhookId }: { webhookId?: string }) {
  const pages = usePages();
  const { filter: given, set } = useFilter(DELIVERY_FILTERS);
  const filter = webhookId === undefined ? given : { ...given, webhookId };
  const [marked, setMarked] = useState<readonly string[]>([]);
  const may = useMay('deliveries:retry');
  const { data, error } = useQuery({
    queryKey: ['deliveries', filter, pages.cursor],
    queryFn: () =>
      call<PageJson<DeliveryJson>>(
        'GET',
        `/v1/deliveries${query({ ...filter, cursor: pages.cursor, limit: PAGE })}`,
      ),
    placeholderData: keepPreviousData,
  });
  const shown = data?.data.map(({ id }) => id) ?? [];
  return (
    <>
      <DeliveryFilters
        filter={given}
        ofWebhook={webhookId !== undefined}
        onChange={(change) => {
          set(change);
          setMarked([]);
          pages.reset();
        }}
      />
      {may && <RetryBar filter={filter} marked={marked} onDone={() => setMarked([])} />}
      <Listing
        page={data}
        error={error}
        empty={
          data?.nextCursor == null ? (
            <>No delivery fits.</>
          ) : (
            <>None of the latest 20,000 deliveries fits; the next page looks further back.</>
          )
        }
        label="Deliveries"
        heads={[
          ...(may
            ? [
                <input
                  key="all"
                  type="checkbox"
                  aria-label="Mark all on this page"
                  disabled={shown.length === 0}
                  checked={shown.length > 0 && marked.length === shown.length}
                  onChange={(event) => setMarked(event.target.checked ? shown : [])}
                />,
              ]
            : []),
          'Event',
          ...(webhookId === undefined ? ['Webhook'] : []),
          'Status',
          'Attempts',
          'Last outcome',
          'Enqueued',
          'Next or ended',
        ]}
      >
        {(delivery) => (
          <DeliveryRow
            key={delivery.id}
            delivery={delivery}
            ofWebhook={webhookId !== undefined}
            mark={
              may
                ? {
                    isMarked: marked.includes(delivery.id),
                    onChange: (isMarked) =>
                      setMarked(
                        isMarked
                          ? [...marked, delivery.id]
                          : marked.filter((id) => id !== delivery.id),
                      ),
                  }
                : undefined
            }
          />
        )}
      </Listing>
      {pages.controls(data?.nextCursor ?? null)}
    </>
  );
}
