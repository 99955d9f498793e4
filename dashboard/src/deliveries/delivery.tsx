import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { call, type DeliveryDetail, type EventJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { Data } from '../parts/data.js';
import { Card, PageHead } from '../parts/layout.js';
import { Fault, Pending } from '../parts/states.js';
import { useMay } from '../session.js';
import { time } from '../words.js';
import { Attempts } from './attempts.js';
import { DeliveryStatus, STATUS_TONES } from './delivery-status.js';

/** One delivery: what it brings, and everything that was tried. */
export function DeliveryPage() {
  const { id } = useParams({ from: '/deliveries/$id' });
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
              <li className={STATUS_TONES[data.status]}>
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
