import { Link } from '@tanstack/react-router';
import type { DeliveryJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { WebhookLink } from '../webhooks/webhook-link.js';
import { number } from '../words.js';
import { DeliveryStatus } from './delivery-status.js';

/** One delivery of a list. */
export function DeliveryRow(props: {
  delivery: DeliveryJson;
  ofWebhook: boolean;
  /** Undefined where it can't be marked. */
  mark: { isMarked: boolean; onChange: (isMarked: boolean) => void } | undefined;
}) {
  const { delivery, ofWebhook, mark } = props;
  return (
    <tr>
      {mark !== undefined && (
        <td className="mark">
          <input
            type="checkbox"
            aria-label={`Mark ${delivery.id}`}
            checked={mark.isMarked}
            onChange={(event) => mark.onChange(event.target.checked)}
          />
        </td>
      )}
      <td>
        <Link
          to="/deliveries/$id"
          params={{ id: delivery.id }}
          className="event-type"
          title={delivery.id}
        >
          {delivery.eventType ?? 'event archived'}
        </Link>
      </td>
      {!ofWebhook && (
        <td>
          {delivery.webhookUrl === null ? (
            <span className="muted">deleted</span>
          ) : (
            <WebhookLink id={delivery.webhookId} url={delivery.webhookUrl} />
          )}
        </td>
      )}
      <td>
        <DeliveryStatus status={delivery.status} place={delivery.place} />
      </td>
      <td className="number">{number(delivery.attemptCount)}</td>
      <td>
        {delivery.lastOutcome ?? '–'}
        {delivery.lastStatusCode !== null && ` (${delivery.lastStatusCode})`}
      </td>
      <td>
        <Ago at={delivery.createdAt} />
      </td>
      <td>
        <NextOrEnded delivery={delivery} />
      </td>
    </tr>
  );
}

function NextOrEnded({ delivery: { endedAt, dueAt, place } }: { delivery: DeliveryJson }) {
  if (endedAt !== null) return <Ago at={endedAt} />;
  if (place === 'waiting' && dueAt !== null) {
    return (
      <>
        tries <Ago at={dueAt} />
      </>
    );
  }
  return <span className="muted">{place}</span>;
}
