import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call, query, type StatsJson, type WebhookJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Chart } from '../parts/chart.js';
import { Card, Figure } from '../parts/layout.js';
import { rateTone } from '../parts/rate-tone.js';
import { Empty, Pending } from '../parts/states.js';
import { milliseconds, number, percent, plural } from '../words.js';

const WINDOWS = {
  '24h': { step: 'hour', label: '24 hours' },
  '7d': { step: 'hour', label: '7 days' },
  '30d': { step: 'day', label: '30 days' },
} as const;

type Window = keyof typeof WINDOWS;

/** How a webhook did: how much succeeded, and how fast its endpoint answered. */
export function Health({ webhook }: { webhook: WebhookJson }) {
  const [window, setWindow] = useState<Window>('24h');
  const { step } = WINDOWS[window];
  const { data, error } = useQuery({
    queryKey: ['stats', webhook.id, window, step],
    queryFn: () =>
      call<StatsJson>('GET', `/v1/webhooks/${webhook.id}/stats${query({ window, step })}`),
  });
  if (data === undefined) return <Pending error={error} />;
  return (
    <>
      <nav className="windows" aria-label="Time">
        {(Object.keys(WINDOWS) as Window[]).map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === window}
            onClick={() => setWindow(each)}
          >
            {WINDOWS[each].label}
          </button>
        ))}
      </nav>
      <dl className="figures">
        <Figure
          label="Accepted"
          value={percent(data.successRate)}
          note={`of ${plural(data.attempts, 'attempt')}`}
          tone={rateTone(data.successRate)}
        />
        <Figure
          label="Time to answer"
          value={milliseconds(data.latencyMs.p50)}
          note={`19 of 20 within ${milliseconds(data.latencyMs.p95)}`}
        />
        <Figure
          label="Last success"
          value={<Ago at={webhook.lastSuccess} />}
          note={`${number(webhook.successCount)} in all`}
        />
      </dl>
      <Card title={`Attempts, each ${step}`}>
        {data.series.length === 0 ? (
          <Empty>There was no attempt in this time.</Empty>
        ) : (
          <Chart
            stacked
            summary={`${number(data.successes)} accepted and ${number(data.failures)} failed`}
            window={data}
            times={data.series.map(({ start }) => start)}
            format={number}
            lines={[
              {
                label: 'Accepted',
                colour: '--plot-good',
                values: data.series.map((each) => each.successes),
              },
              {
                label: 'Failed',
                colour: '--plot-bad',
                values: data.series.map((each) => each.failures),
              },
            ]}
          />
        )}
      </Card>
    </>
  );
}
