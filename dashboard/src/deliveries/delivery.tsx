import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { call, type DeliveryDetail, type EventJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { Data } from '../parts/data.js';
import { Card, PageHead } from '../parts/layout.js';
import { Fault, Pending } from '../parts/states.js';
import { useMay } from '../session.js';
import { Attempts } from './attempts.js';
import { DeliveryStatus } from './delivery-status.js';
import { Timeline } from './timeline.js';

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
  // Both at once, so that nothing moves when the event comes.
  if (data === undefined || event.isLoading) return <Pending error={error} />;
  return (
    <>
      <PageHead title="Delivery" sub={<code>{id}</code>}>
        <DeliveryStatus status={data.status} place={data.place} />
        {may && (
          <button
            type="button"
            className="primary"
            disabled={retry.isPending}
            onClick={() => retry.mutate(undefined)}
          >
            Retry now
          </button>
        )}
      </PageHead>
      {retry.error !== null && <Fault error={retry.error} />}
      <div className="columns">
        <Card title="Timeline">
          <Timeline delivery={data} />
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
            event.error !== null && <Fault error={event.error} />
          ) : (
            <>
              <p>
                <code>{event.data.type}</code> of {event.data.accountId} ·{' '}
                <Link to="/deliveries" search={{ eventId: data.eventId } as never}>
                  all its deliveries
                </Link>
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
