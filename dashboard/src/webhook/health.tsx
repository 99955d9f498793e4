import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call, query, type StatsJson, type TrafficJson, type WebhookJson } from '../api.js';
import { FailureClasses } from '../parts/failure-classes.js';
import { Card } from '../parts/layout.js';
import { Pending } from '../parts/states.js';
import { healthQuery } from '../webhooks/health.js';
import { Charts } from './charts.js';
import { HealthFigures } from './health-figures.js';
import { Traffic } from './traffic.js';

/** The windows that are shown, each with the step of its charts. */
const WINDOWS = { '24h': 'hour', '7d': 'hour', '30d': 'day' } as const;

/** How a webhook is now, and how it did. */
export function Health({ webhook }: { webhook: WebhookJson }) {
  const { id } = webhook;
  const [window, setWindow] = useState<keyof typeof WINDOWS>('24h');
  const stats = useQuery({
    queryKey: ['stats', id, window],
    queryFn: () =>
      call<StatsJson>('GET', `/v1/webhooks/${id}/stats${query({ window, step: WINDOWS[window] })}`),
    placeholderData: keepPreviousData,
  });
  const traffic = useQuery({
    queryKey: ['traffic', id],
    queryFn: () => call<TrafficJson>('GET', `/v1/webhooks/${id}/traffic`),
  });
  const health = useQuery(healthQuery([id]));
  if (stats.data === undefined || traffic.data === undefined || health.data === undefined) {
    return <Pending error={stats.error ?? traffic.error ?? health.error} />;
  }
  return (
    <>
      <Traffic
        webhook={webhook}
        traffic={traffic.data}
        deactivatesAt={health.data.data[0]?.deactivatesAt ?? null}
      />
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
      <HealthFigures webhook={webhook} stats={stats.data} />
      <Charts stats={stats.data} step={WINDOWS[window]} />
      <Card title="Failures by class">
        <FailureClasses classes={stats.data.failuresByClass} />
      </Card>
    </>
  );
}
