import type { DeliveryDetail } from '../api.js';
import { duration, milliseconds, time } from '../words.js';
import { STATUS_TONES } from './delivery-status.js';

/** Where a pending delivery is, in words. */
const PLACES = {
  waiting: 'Waits for its next attempt',
  queued: 'With the queue, or in flight',
  parked: 'Parked: its webhook is held, or inactive',
} as const;

/** What happened to a delivery from its enqueueing on, and what comes next. */
export function Timeline({ delivery }: { delivery: DeliveryDetail }) {
  const { createdAt, attempts, place, dueAt, endedAt, status } = delivery;
  return (
    <ol className="timeline">
      <Step at={createdAt}>Enqueued</Step>
      {attempts.map((attempt) => (
        <Step
          key={attempt.id}
          at={attempt.startedAt}
          tone={attempt.outcome === 'ok' ? 'good' : 'bad'}
          since={createdAt}
        >
          Attempt {attempt.number}: {attempt.outcome}
          {attempt.statusCode !== null && ` (${attempt.statusCode})`} in{' '}
          {milliseconds(attempt.durationMs)}
        </Step>
      ))}
      {place !== null && dueAt !== null && (
        <Step at={dueAt} tone="warn">
          {PLACES[place]}
        </Step>
      )}
      {endedAt !== null && (
        <Step at={endedAt} tone={STATUS_TONES[status]} since={createdAt}>
          Ended: {status}
        </Step>
      )}
    </ol>
  );
}

function Step(props: {
  at: string;
  tone?: string;
  /** When it was enqueued, to say how long after that this was. */
  since?: string;
  children: React.ReactNode;
}) {
  const { at, tone, since, children } = props;
  const laterMs = since === undefined ? 0 : Date.parse(at) - Date.parse(since);
  return (
    <li className={tone}>
      <span>{children}</span>
      <span className="muted">
        <time dateTime={at}>{time(at)}</time>
        {laterMs >= 1_000 && `, ${duration(laterMs)} later`}
      </span>
    </li>
  );
}
