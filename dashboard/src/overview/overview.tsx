import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call, type OverviewJson } from '../api.js';
import { Chart } from '../parts/chart.js';
import { FailureClasses } from '../parts/failure-classes.js';
import { Badge, Card, Figure, PageHead } from '../parts/layout.js';
import { rateTone } from '../parts/rate-tone.js';
import { Empty, Pending } from '../parts/states.js';
import { Table } from '../parts/table.js';
import { duration, milliseconds, number, percent, plural } from '../words.js';

/** How all webhooks are, at a glance. */
export function Overview() {
  const { data, error } = useQuery({
    queryKey: ['overview'],
    queryFn: () => call<OverviewJson>('GET', '/v1/overview'),
  });
  if (data === undefined) return <Pending error={error} />;
  const { webhooks, backlog, queue } = data;
  return (
    <>
      <PageHead title="Overview" sub="The last two hours, to within two minutes.">
        <Health overview={data} />
      </PageHead>
      <dl className="figures">
        <Figure
          label="Success rate"
          value={percent(data.successRate)}
          note={plural(data.attempts, 'attempt')}
          tone={rateTone(data.successRate)}
        />
        <Figure
          label="Enqueued to delivered"
          value={milliseconds(data.deliveryMs.p50)}
          note={`p95 ${milliseconds(data.deliveryMs.p95)} · p99 ${milliseconds(data.deliveryMs.p99)}`}
        />
        <Figure
          label="Response time"
          value={milliseconds(data.latencyMs.p50)}
          note={`p95 ${milliseconds(data.latencyMs.p95)} · p99 ${milliseconds(data.latencyMs.p99)}`}
        />
        <Figure
          label="Due, not queued"
          value={`${number(backlog.due)}${backlog.due >= 10_000 ? '+' : ''}`}
          note={
            backlog.oldestDueSeconds === null
              ? 'nothing waits'
              : `oldest for ${duration(backlog.oldestDueSeconds * 1_000)}`
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
        <Figure
          label="Webhooks"
          value={number(webhooks.active)}
          note={`${number(webhooks.failing)} failing · ${number(webhooks.inactive)} inactive`}
          tone={webhooks.failing > 0 ? 'warn' : 'quiet'}
        />
        <Figure
          label="Open incidents"
          value={<Link to="/alerts">{number(data.openIncidents)}</Link>}
          note={plural(webhooks.breakersOpen, 'open breaker')}
          tone={data.openIncidents > 0 ? 'bad' : 'quiet'}
        />
      </dl>
      <div className="columns">
        <Card title="Attempts, each five minutes">
          {data.series.length === 0 ? (
            <Empty>Nothing was attempted in this time.</Empty>
          ) : (
            <Chart
              bars
              summary={`${plural(data.successes, 'success', 'successes')} and ${plural(data.failures, 'failure')} in two hours`}
              window={{ from: data.from, to: data.at }}
              times={data.series.map(({ start }) => start)}
              format={number}
              lines={[
                {
                  label: 'All',
                  colour: '--good',
                  values: data.series.map(({ successes, failures }) => successes + failures),
                },
                {
                  label: 'Failed',
                  colour: '--bad',
                  values: data.series.map(({ failures }) => failures),
                },
              ]}
            />
          )}
        </Card>
        <Card title="Failures by class">
          <FailureClasses classes={data.failuresByClass} />
        </Card>
      </div>
      <Card title="Most failures">
        {data.worst.length === 0 ? (
          <Empty>No webhook failed.</Empty>
        ) : (
          <Table
            label="Webhooks with the most failures"
            heads={['Webhook', 'Account', 'Failed', 'Attempts', 'In a row']}
          >
            {data.worst.map((webhook) => (
              <tr key={webhook.webhookId}>
                <td>
                  <Link to="/webhooks/$id" params={{ id: webhook.webhookId }} className="url">
                    {webhook.url}
                  </Link>
                </td>
                <td>{webhook.accountId}</td>
                <td className="number">{number(webhook.failures)}</td>
                <td className="number">{number(webhook.attempts)}</td>
                <td className="number">{number(webhook.consecutiveFailures)}</td>
              </tr>
            ))}
          </Table>
        )}
      </Card>
    </>
  );
}

function Health({ overview }: { overview: OverviewJson }) {
  const { webhooks, openIncidents, backlog } = overview;
  if (openIncidents > 0) {
    return <Badge tone="bad">{plural(openIncidents, 'open incident')}</Badge>;
  }
  if ((backlog.oldestDueSeconds ?? 0) > 60) return <Badge tone="warn">Deliveries wait</Badge>;
  if (webhooks.failing > 0) {
    return <Badge tone="warn">{plural(webhooks.failing, 'webhook')} failing</Badge>;
  }
  return <Badge tone="good">All is well</Badge>;
}
