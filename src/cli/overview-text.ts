import { durationInWords } from '../domain/policy-text.js';
import type { Overview } from '../webhooks/overview.js';
import { milliseconds, pairs, percent, table } from './output.js';
import { sparkline } from './sparkline.js';

/** The figures of an overview, for people: each with its name. */
export function overviewFigures(overview: Overview): readonly (readonly [string, string])[] {
  const { webhooks, backlog, queue, series, failuresByClass } = overview;
  const classes = Object.entries(failuresByClass).map(([name, count]) => `${name} ${count}`);
  return [
    [
      'webhooks',
      `${webhooks.active} active, ${webhooks.failing} of them failing; ${webhooks.breakersOpen} breakers open; ${webhooks.inactive} inactive`,
    ],
    ['incidents', `${overview.openIncidents} open`],
    [
      'attempts',
      overview.attempts === 0
        ? 'none in two hours'
        : `${overview.attempts} in two hours, ${percent(overview.successRate)} succeeded`,
    ],
    ['successes', sparkline(series.map(({ successes }) => successes))],
    ['failures', sparkline(series.map(({ failures }) => failures))],
    ['by class', classes.join(', ') || 'no failures'],
    ['attempt', quantiles(overview.latencyMs)],
    ['delivery', quantiles(overview.deliveryMs)],
    ['backlog', backlogText(backlog)],
    ...(queue === null
      ? []
      : [
          [
            'queue',
            `${queue.waiting} waiting, ${queue.active} active, ${queue.delayed} delayed`,
          ] as const,
        ]),
  ];
}

/** An overview, for people. */
export function overviewText(overview: Overview): string {
  const figures = pairs(overviewFigures(overview));
  return overview.worst.length === 0 ? figures : `${figures}\n\n${worstTable(overview)}`;
}

/** The worst webhooks. What matters stands first, for where a terminal is narrow. */
export function worstTable({ worst }: Overview): string {
  const rows = worst.map((webhook) => [
    webhook.webhookId,
    String(webhook.consecutiveFailures),
    `${webhook.failures} of ${webhook.attempts}`,
    webhook.url,
    webhook.accountId,
  ]);
  return table(['webhook', 'in a row', 'failed', 'url', 'account'], rows);
}

function quantiles({ p50, p95, p99 }: Overview['latencyMs']): string {
  if (p50 === null) return 'none';
  return `p50 ${milliseconds(p50)}, p95 ${milliseconds(p95)}, p99 ${milliseconds(p99)}`;
}

function backlogText({ due, oldestDueSeconds }: Overview['backlog']): string {
  if (oldestDueSeconds === null) return 'nothing is due and not queued';
  const since = durationInWords(Math.round(oldestDueSeconds) * 1_000);
  return `${due} due and not queued, the oldest for ${since}`;
}
