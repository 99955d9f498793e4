import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { type AttemptJson, call, type DeliveryDetail, type EventJson } from '../api.js';
import { AttemptExchange } from '../deliveries/attempt-exchange.js';
import { useAction } from '../parts/action.js';
import { Data } from '../parts/data.js';
import { Card, PageHead } from '../parts/layout.js';
import { Empty, Fault, Pending } from '../parts/states.js';
import { useMay } from '../session.js';
import { milliseconds, time } from '../words.js';
import { DeliveryStatus } from './delivery-list.js';
import { outcomeInWords } from './in-words.js';

/** One delivery: what was sent, what was answered each time, and once more if wanted. */
export function DeliveryPage() {
  const { id } = useParams({ strict: false });
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
      <Link to="/webhooks/$id" params={{ id: data.webhookId }} className="back">
        ← Its webhook
      </Link>
      <PageHead
        title={event.data?.type ?? 'Delivery'}
        sub={<>Happened {time(event.data?.createdAt ?? data.createdAt)}</>}
      >
        <DeliveryStatus status={data.status} />
        {may && (
          <button type="button" disabled={retry.isPending} onClick={() => retry.mutate(undefined)}>
            Send again
          </button>
        )}
      </PageHead>
      {retry.error !== null && <Fault error={retry.error} />}
      {data.status === 'pending' && data.dueAt !== null && (
        <p className="note">Next attempt {time(data.dueAt)}</p>
      )}
      <Card title="Event">
        {event.data === undefined ? (
          <Pending error={event.error} />
        ) : (
          <>
            <p className="muted">
              <code>webhook-id: {data.eventId}</code>
            </p>
            <Data label="Payload" value={event.data.payload} />
          </>
        )}
      </Card>
      <Card title="Attempts">
        {data.attempts.length === 0 ? (
          <Empty>It was not tried yet.</Empty>
        ) : (
          <ol className="timeline" aria-label="Attempts">
            {data.attempts.map((attempt) => (
              <Attempt key={attempt.id} attempt={attempt} />
            ))}
          </ol>
        )}
      </Card>
    </>
  );
}

function Attempt({ attempt }: { attempt: AttemptJson }) {
  const { outcome, statusCode } = attempt;
  const [open, setOpen] = useState(false);
  return (
    <li className={outcome === 'ok' ? 'good' : 'bad'}>
      <span>
        {outcomeInWords(outcome, statusCode)}
        <small className="muted"> after {milliseconds(attempt.durationMs)}</small>
      </span>
      <time dateTime={attempt.startedAt}>{time(attempt.startedAt)}</time>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>What was sent and answered</summary>
        {open && <AttemptExchange attempt={attempt} />}
      </details>
    </li>
  );
}
