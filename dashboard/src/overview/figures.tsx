import { Link } from '@tanstack/react-router';
import type { OverviewJson, ProcessJson } from '../api.js';
import { Figure } from '../parts/layout.js';
import { rateTone } from '../parts/rate-tone.js';
import { duration, milliseconds, number, percent, plural } from '../words.js';

/** How much there is of everything. */
export function Figures(props: {
  overview: OverviewJson;
  alive: readonly ProcessJson[] | undefined;
}) {
  const { overview, alive } = props;
  const { webhooks, backlog, queue, deliveryMs, latencyMs } = overview;
  const workers = alive?.filter(({ roles }) => roles.includes('worker'));
  return (
    <dl className="figures">
      <Figure
        label="Success rate"
        value={percent(overview.successRate)}
        note={plural(overview.attempts, 'attempt')}
        tone={rateTone(overview.successRate)}
      />
      <Quantiles label="Enqueued to delivered" of={deliveryMs} />
      <Quantiles label="Response time" of={latencyMs} />
      <Figure
        label="Backlog"
        value={`${number(backlog.due)}${backlog.due >= 10_000 ? '+' : ''}`}
        note={
          backlog.oldestDueSeconds === null
            ? 'nothing is due'
            : `oldest due for ${duration(backlog.oldestDueSeconds * 1_000)}`
        }
        tone={(backlog.oldestDueSeconds ?? 0) > 60 ? 'warn' : 'quiet'}
      />
      {queue !== null && (
        <Figure
          label="In the queue"
          value={number(queue.waiting + queue.active + queue.delayed)}
          note={`${number(queue.active)} in work · ${number(queue.delayed)} to retry`}
        />
      )}
      {workers !== undefined && (
        <Figure
          label="Workers alive"
          value={number(workers.length)}
          note={`${number(workers.reduce((sum, { inFlight }) => sum + inFlight, 0))} in flight`}
          tone={workers.length === 0 ? 'bad' : 'quiet'}
        />
      )}
      <Figure
        label="Active webhooks"
        value={<Link to="/webhooks">{number(webhooks.active)}</Link>}
        note={`${number(webhooks.failing)} failing · ${number(webhooks.inactive)} inactive`}
        tone={webhooks.failing > 0 ? 'warn' : 'quiet'}
      />
      <Figure
        label="Open incidents"
        value={<Link to="/alerts">{number(overview.openIncidents)}</Link>}
        note={plural(webhooks.breakersOpen, 'open breaker')}
        tone={overview.openIncidents > 0 ? 'bad' : 'quiet'}
      />
    </dl>
  );
}

function Quantiles(props: { label: string; of: OverviewJson['latencyMs'] }) {
  const { p50, p95, p99 } = props.of;
  return (
    <Figure
      label={props.label}
      value={milliseconds(p50)}
      note={
        <>
          <span>p95 {milliseconds(p95)}</span> · <span>p99 {milliseconds(p99)}</span>
        </>
      }
    />
  );
}
