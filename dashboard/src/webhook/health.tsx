import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call, query, type StatsJson, type WebhookJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Chart } from '../parts/chart.js';
import { FailureClasses } from '../parts/failure-classes.js';
import { Card, Figure } from '../parts/layout.js';
import { rateTone } from '../parts/rate-tone.js';
import { Empty, Pending } from '../parts/states.js';
import { milliseconds, number, percent, plural } from '../words.js';

const WINDOWS = { '24h': 'hour', '7d': 'hour', '30d': 'day' } as const;

export function Health({ webhook }: { webhook: WebhookJson }) {
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
