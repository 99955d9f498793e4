import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import {
  call,
  type DeliveryDetail,
  type DeliveryJson,
  type EventJson,
  type PageJson,
  query,
} from './api.js';
import { Attempts } from './attempts.js';
import {
  Ago,
  Badge,
  Card,
  Data,
  Fault,
  Field,
  Listing,
  PageHead,
  Pending,
  useAction,
  usePages,
} from './parts.js';
import { useMay } from './session.js';
import { number, time } from './words.js';

const TONES = {
  delivered: 'good',
  pending: 'warn',
  exhausted: 'bad',
  discarded: 'quiet',
} as const;

export function DeliveryStatus({ status }: { status: DeliveryJson['status'] }) {
  return <Badge tone={TONES[status]}>{status}</Badge>;
}

/** All deliveries, narrowed. */
export function Deliveries() {
  return (
    <>
      <PageHead title="Deliveries" sub="Each is the duty to bring one event to one webhook." />
      <DeliveryList />
    </>
  );
}

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
              {Object.keys(TONES).map((status) => (
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

/** One delivery: what it brings, and everything that was tried. */
export function DeliveryPage({ id }: { id: string }) {
  const may = useMay('deliveries:retry');
  const { data, error } = useQuery({
    queryKey: ['delivery', id],
    queryFn: () => call<DeliveryDetail>('GET', `/v1/deliveries/${id}`),
  });
  const event = useQuery({
    queryKey: ['event', data?.eventId],
    queryFn: () => call<EventJson>('GET', `/v1/events/${data?.eventId}`),
    enabled: data !== undefined,
    refetchInterval: false,
  });
  const retry = useAction(() => call('POST', `/v1/deliveries/${id}/retry`));
  if (data === undefined) return <Pending error={error} />;
  return (
    <>
      <PageHead title="Delivery" sub={<code>{id}</code>}>
        <DeliveryStatus status={data.status} />
        {may && (
          <button type="button" disabled={retry.isPending} onClick={() => retry.mutate(undefined)}>
            Retry now
          </button>
        )}
      </PageHead>
      {retry.error !== null && <Fault error={retry.error} />}
      <div className="columns">
        <Card title="Timeline">
          <ol className="timeline">
            <li>
              <span>Enqueued</span>
              <time dateTime={data.createdAt}>{time(data.createdAt)}</time>
            </li>
            {data.attempts.map((attempt) => (
              <li key={attempt.id} className={attempt.outcome === 'ok' ? 'good' : 'bad'}>
                <span>
                  Attempt {attempt.number}: {attempt.outcome}
                  {attempt.statusCode !== null && ` (${attempt.statusCode})`}
                </span>
                <time dateTime={attempt.startedAt}>{time(attempt.startedAt)}</time>
              </li>
            ))}
            {data.dueAt !== null && (
              <li>
                <span>Next attempt</span>
                <time dateTime={data.dueAt}>{time(data.dueAt)}</time>
              </li>
            )}
            {data.endedAt !== null && (
              <li className={TONES[data.status]}>
                <span>{data.status}</span>
                <time dateTime={data.endedAt}>{time(data.endedAt)}</time>
              </li>
            )}
          </ol>
        </Card>
        <Card
          title="Event"
          aside={
            <Link to="/webhooks/$id" params={{ id: data.webhookId }}>
              Its webhook
            </Link>
          }
        >
          {event.data === undefined ? (
            <Pending error={event.error} />
          ) : (
            <>
              <p>
                <code>{event.data.type}</code> of {event.data.accountId}
              </p>
              <Data label="Payload" value={event.data.payload} />
            </>
          )}
        </Card>
      </div>
      <Card title="Attempts">
        <Attempts attempts={data.attempts} />
      </Card>
    </>
  );
}
