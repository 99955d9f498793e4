import type { StatsJson } from '../api.js';
import { Chart } from '../parts/chart.js';
import { Card } from '../parts/layout.js';
import { Empty } from '../parts/states.js';
import { milliseconds, number, plural } from '../words.js';

const QUANTILES = [
  ['p50', '--plot-good'],
  ['p95', '--plot-warn'],
  ['p99', '--plot-bad'],
] as const;

/** What a webhook's attempts came to over time, and how long they took. */
export function Charts({ stats, step }: { stats: StatsJson; step: 'hour' | 'day' }) {
  const { series, latencyMs, successes, failures } = stats;
  const times = series.map(({ start }) => start);
  const none = <Empty>There was no attempt in this time.</Empty>;
  return (
    <div className="columns">
      <Card title={`Attempts, each ${step}`}>
        {series.length === 0 ? (
          none
        ) : (
          <Chart
            stacked
            summary={`${plural(successes, 'success', 'successes')} and ${plural(failures, 'failure')}`}
            window={stats}
            times={times}
            format={number}
            lines={[
              {
                label: 'delivered',
                colour: '--plot-good',
                values: series.map((each) => each.successes),
              },
              {
                label: 'failed',
                colour: '--plot-bad',
                values: series.map((each) => each.failures),
              },
            ]}
          />
        )}
      </Card>
      <Card title="Response time">
        {series.length === 0 ? (
          none
        ) : (
          <Chart
            summary={`Half within ${milliseconds(latencyMs.p50)}, 95% within ${milliseconds(latencyMs.p95)}`}
            window={stats}
            times={times}
            format={milliseconds}
            lines={QUANTILES.map(([label, colour]) => ({
              label,
              colour,
              values: series.map((each) => each.latencyMs[label]),
            }))}
          />
        )}
      </Card>
    </div>
  );
}
