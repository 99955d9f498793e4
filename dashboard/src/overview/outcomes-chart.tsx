import type { OverviewJson, OverviewSpanJson } from '../api.js';
import { Chart } from '../parts/chart.js';
import { Empty } from '../parts/states.js';
import { number, plural } from '../words.js';

/** Error classes that have a colour of their own; the rest is one. */
const MOST_CLASSES = 3;

const COLOURS = ['--plot-bad', '--plot-warn', '--plot-other'] as const;

/** What attempts came to in each minute, averaged over five. */
export function OutcomesChart({ overview }: { overview: OverviewJson }) {
  const { series, failuresByClass } = overview;
  if (series.length === 0) return <Empty>Nothing was attempted in this time.</Empty>;
  const classes = Object.entries(failuresByClass)
    .toSorted(([, one], [, other]) => other - one)
    .map(([name]) => name);
  const named = classes.length > MOST_CLASSES ? classes.slice(0, MOST_CLASSES - 1) : classes;
  const hasRest = named.length < classes.length;
  const perMinute = (of: (span: OverviewSpanJson) => number) =>
    series.map((span) => of(span) / minutesOf(span, overview));
  const failed = (span: OverviewSpanJson, name: string) => span.failuresByClass[name] ?? 0;
  return (
    <Chart
      stacked
      summary={`${plural(overview.successes, 'delivery', 'deliveries')} made and ${plural(overview.failures, 'failed attempt')} in two hours`}
      window={{ from: overview.from, to: overview.at }}
      times={series.map(({ start }) => start)}
      format={number}
      lines={[
        { label: 'delivered', colour: '--plot-good', values: perMinute((span) => span.successes) },
        ...named.map((name, index) => ({
          label: name,
          colour: COLOURS[index] ?? '--plot-other',
          values: perMinute((span) => failed(span, name)),
        })),
        ...(hasRest
          ? [
              {
                label: 'other failures',
                colour: '--plot-other',
                values: perMinute(
                  (span) =>
                    span.failures - named.reduce((sum, name) => sum + failed(span, name), 0),
                ),
              },
            ]
          : []),
      ]}
    />
  );
}

/** How many minutes of a span have passed: the last one is under way. */
function minutesOf({ start }: OverviewSpanJson, { at }: OverviewJson): number {
  const passed = (Date.parse(at) - Date.parse(start)) / 60_000;
  return Math.min(5, Math.max(1, passed));
}
