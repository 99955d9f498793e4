import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  type AttemptJson,
  call,
  type NoticeJson,
  type PageJson,
  query,
  type ReplayJson,
  type StatsJson,
  type WebhookJson,
} from './api.js';
import { Attempts } from './attempts.js';
import { Chart } from './chart.js';
import { DeliveryList } from './deliveries.js';
import { FailureClasses, rateTone } from './overview.js';
import { Ago, Badge, Card, Empty, Figure, PageHead, Pending, Table, usePages } from './parts.js';
import { useMay } from './session.js';
import { WebhookActions } from './webhook-actions.js';
import { WebhookState } from './webhook-state.js';
import { milliseconds, number, percent, plural } from './words.js';

const VIEWS = ['Health', 'Attempts', 'Deliveries', 'Replays', 'History', 'Settings'] as const;

/** Everything of one webhook. */
export function WebhookPage({ id }: { id: string }) {
  const [view, setView] = useState<(typeof VIEWS)[number]>('Health');
  const may = useMay('webhooks:write');
  const { data: webhook, error } = useQuery({
    queryKey: ['webhook', id],
    queryFn: () => call<WebhookJson>('GET', `/v1/webhooks/${id}`),
  });
  if (webhook === undefined) return <Pending error={error} />;
  return (
    <>
      <PageHead
        title={<span className="url">{webhook.url}</span>}
        sub={
          <>
            {webhook.description !== '' && `${webhook.description} · `}
            {webhook.accountId} · {webhook.tier} · <code>{id}</code>
          </>
        }
      >
        <WebhookState webhook={webhook} />
      </PageHead>
      {webhook.deactivationDetail !== null && !webhook.active && (
        <p className="note">{webhook.deactivationDetail}</p>
      )}
      {may && <WebhookActions webhook={webhook} />}
      <nav className="views" aria-label="Views">
        {VIEWS.map((each) => (
          <button
            key={each}
            type="button"
            aria-current={each === view ? 'page' : undefined}
            onClick={() => setView(each)}
          >
            {each}
          </button>
        ))}
      </nav>
      {view === 'Health' && <Health webhook={webhook} />}
      {view === 'Attempts' && <AttemptList id={id} />}
      {view === 'Deliveries' && <DeliveryList webhookId={id} />}
      {view === 'Replays' && <Replays id={id} />}
      {view === 'History' && <History id={id} />}
      {view === 'Settings' && <Configuration webhook={webhook} />}
    </>
  );
}

const WINDOWS = { '24h': 'hour', '7d': 'hour', '30d': 'day' } as const;

function Health({ webhook }: { webhook: WebhookJson }) {
  const [window, setWindow] = useState<keyof typeof WINDOWS>('24h');
  const { data, error } = useQuery({
    queryKey: ['stats', webhook.id, window],
    queryFn: () =>
      call<StatsJson>(
        'GET',
        `/v1/webhooks/${webhook.id}/stats${query({ window, step: WINDOWS[window] })}`,
      ),
  });
  if (data === undefined) return <Pending error={error} />;
  const times = data.series.map(({ start }) => start);
  return (
    <>
      <nav className="windows" aria-label="Time">
        {(Object.keys(WINDOWS) as (keyof typeof WINDOWS)[]).map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === window}
            onClick={() => setWindow(each)}
          >
            {each}
          </button>
        ))}
      </nav>
      <dl className="figures">
        <Figure
          label="Success rate"
          value={percent(data.successRate)}
          note={plural(data.attempts, 'attempt')}
          tone={rateTone(data.successRate)}
        />
        <Figure
          label="Response time"
          value={milliseconds(data.latencyMs.p50)}
          note={`p95 ${milliseconds(data.latencyMs.p95)} · p99 ${milliseconds(data.latencyMs.p99)}`}
        />
        <Figure label="Last success" value={<Ago at={webhook.lastSuccess} />} />
        <Figure
          label="Failures in a row"
          value={number(webhook.consecutiveFailures)}
          note={webhook.lastError ?? 'no error'}
          tone={webhook.consecutiveFailures > 0 ? 'warn' : 'quiet'}
        />
        <Figure
          label="Breaker"
          value={webhook.breaker}
          note={
            webhook.test === null ? (
              'no tests under way'
            ) : (
              <>
                next test {webhook.test.nextAt === null ? 'none' : <Ago at={webhook.test.nextAt} />}
              </>
            )
          }
          tone={webhook.breaker === 'closed' ? 'quiet' : 'bad'}
        />
      </dl>
      {data.series.length === 0 ? (
        <Empty>There was no attempt in this time.</Empty>
      ) : (
        <div className="columns">
          <Card title={`Attempts, each ${WINDOWS[window]}`}>
            <Chart
              bars
              summary={`${plural(data.successes, 'success', 'successes')} and ${plural(data.failures, 'failure')}`}
              window={data}
              times={times}
              format={number}
              lines={[
                {
                  label: 'All',
                  colour: '--good',
                  values: data.series.map(({ attempts }) => attempts),
                },
                {
                  label: 'Failed',
                  colour: '--bad',
                  values: data.series.map(({ failures }) => failures),
                },
              ]}
            />
          </Card>
          <Card title="Response time">
            <Chart
              summary={`p95 ${milliseconds(data.latencyMs.p95)}`}
              window={data}
              times={times}
              format={milliseconds}
              lines={(['p50', 'p95', 'p99'] as const).map((name, index) => ({
                label: name,
                colour: ['--good', '--warn', '--bad'][index] ?? '--bad',
                values: data.series.map(({ latencyMs }) => latencyMs[name]),
              }))}
            />
          </Card>
        </div>
      )}
      <Card title="Failures by class">
        <FailureClasses classes={data.failuresByClass} />
      </Card>
    </>
  );
}

function AttemptList({ id }: { id: string }) {
  const pages = usePages();
  const { data, error } = useQuery({
    queryKey: ['attempts', id, pages.cursor],
    queryFn: () =>
      call<PageJson<AttemptJson>>(
        'GET',
        `/v1/webhooks/${id}/attempts${query({ cursor: pages.cursor })}`,
      ),
  });
  if (data === undefined) return <Pending error={error} />;
  return (
    <>
      <Attempts attempts={data.data} />
      {pages.controls(data.nextCursor)}
    </>
  );
}

function Replays({ id }: { id: string }) {
  const { data, error } = useQuery({
    queryKey: ['replays', id],
    queryFn: () => call<PageJson<ReplayJson>>('GET', `/v1/replays${query({ webhookId: id })}`),
    refetchInterval: 1_000,
  });
  if (data === undefined) return <Pending error={error} />;
  if (data.data.length === 0) return <Empty>Nothing was replayed.</Empty>;
  return (
    <Table label="Replays" heads={['Begun', 'Status', 'Progress', 'Statuses']}>
      {data.data.map((replay) => (
        <tr key={replay.id}>
          <td>
            <Ago at={replay.createdAt} />
          </td>
          <td>
            <Badge tone={replay.status === 'running' ? 'warn' : 'quiet'}>{replay.status}</Badge>
          </td>
          <td>
            <progress
              aria-label={`${number(replay.replayed)} of ${number(replay.total)}`}
              max={Math.max(1, replay.total)}
              value={replay.replayed}
            />{' '}
            {number(replay.replayed)} of {number(replay.total)}
          </td>
          <td>{replay.statuses.join(', ')}</td>
        </tr>
      ))}
    </Table>
  );
}

function History({ id }: { id: string }) {
  const pages = usePages();
  const { data, error } = useQuery({
    queryKey: ['history', id, pages.cursor],
    queryFn: () =>
      call<PageJson<NoticeJson>>(
        'GET',
        `/v1/webhooks/${id}/history${query({ cursor: pages.cursor })}`,
      ),
  });
  if (data === undefined) return <Pending error={error} />;
  return (
    <>
      <Table label="History" heads={['When', 'What', 'Who', 'Why']}>
        {data.data.map((notice) => (
          <tr key={notice.id}>
            <td>
              <Ago at={notice.at} />
            </td>
            <td>{notice.type}</td>
            <td className="id">{notice.actor}</td>
            <td>{notice.detail}</td>
          </tr>
        ))}
      </Table>
      {pages.controls(data.nextCursor)}
    </>
  );
}

function Configuration({ webhook }: { webhook: WebhookJson }) {
  const rows: readonly (readonly [string, React.ReactNode])[] = [
    ['Event types', webhook.eventTypes.length === 0 ? 'every type' : webhook.eventTypes.join(', ')],
    ['Tier', webhook.tier],
    ['Verification', webhook.verification],
    ['Verified', <Ago key="verified" at={webhook.verifiedAt} />],
    ['Signature', webhook.signatureScheme],
    ['Public key', webhook.publicKey ?? '–'],
    ['Headers', Object.keys(webhook.headers).join(', ') || 'none'],
    ['Most in flight', webhook.maxInFlight ?? 'the setting'],
    ['Rate limit', webhook.rateLimit === null ? 'none' : `${webhook.rateLimit} per second`],
    [
      'Policy of its own',
      Object.entries(webhook.overrides)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ') || 'none',
    ],
    ['Registered', <Ago key="created" at={webhook.createdAt} />],
    ['Changed', <Ago key="updated" at={webhook.updatedAt} />],
  ];
  return (
    <Card title="Settings">
      <dl className="pairs">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
