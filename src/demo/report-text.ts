import type { Percentiles } from './percentiles.js';
import type { DemoReport, WebhookReport } from './report.js';

const LABEL_WIDTH = 24;
const COLUMN_WIDTH = 18;

/** The report for people: a table with a column for each webhook, what happened, and what to try next. */
export function reportText(report: DemoReport): string {
  const { webhooks, events, deliverMs } = report;
  const seconds = (deliverMs / 1_000).toFixed(1);
  return [
    '',
    `${number(events)} events for ${webhooks.length} webhooks, done in ${seconds} s:`,
    '',
    ...ROWS.map(([label, cell]) => row(label, webhooks.map(cell))),
    '',
    ...(report.ok ? agreed(report) : differed(report)),
    ...webhooks.filter((webhook) => !webhook.active).map(deactivated),
    '',
    'Next: `npm start` runs Posthorn with its API (`posthorn start`, under "Run it" in the README);',
    'examples/ has backends that enqueue; `npm run demo -- --serve` keeps this one running.',
  ].join('\n');
}

const ROWS: readonly (readonly [string, (webhook: WebhookReport) => string])[] = [
  ['', ({ name }) => name],
  ['its endpoint', ({ behaviour }) => behaviour],
  ['tier', ({ tier }) => tier],
  ['delivered', ({ deliveries }) => number(deliveries.delivered)],
  ['still owed', ({ deliveries }) => number(deliveries.pending)],
  ['attempts', ({ attempts }) => number(attempts)],
  ['failed attempts', ({ failureCount }) => number(failureCount)],
  ['failed in a row', ({ consecutiveFailures }) => number(consecutiveFailures)],
  ['attempt p50 / p95', ({ attemptMs }) => duration(attemptMs)],
  ['delivered in p50 / p95', ({ deliveredMs }) => duration(deliveredMs)],
  ['last success (UTC)', ({ lastSuccess }) => lastSuccess?.toISOString().slice(11, 23) ?? 'never'],
  ['state', ({ active }) => (active ? 'active' : 'deactivated')],
  ['why', ({ deactivationReason }) => deactivationReason ?? '-'],
  ['receiver: accepted', ({ receiver }) => optional(receiver?.accepted)],
  ['receiver: duplicates', ({ receiver }) => optional(receiver?.duplicates)],
  ['receiver: unverified', ({ receiver }) => optional(receiver?.unverified)],
];

function row(label: string, cells: readonly string[]): string {
  const columns = cells.map((cell) => cell.padStart(COLUMN_WIDTH)).join('');
  return `  ${label.padEnd(LABEL_WIDTH)}${columns}`;
}

function agreed({ events, webhooks }: DemoReport): string[] {
  const names = webhooks.filter(({ receiver }) => receiver !== null).map(({ name }) => name);
  return [
    `Each of the ${number(events)} events was accepted by ${names.join(' and by ')}: their receivers counted it,`,
    'the ledger says the same, and every signature was verified. What failed was retried.',
  ];
}

function differed({ differences }: DemoReport): string[] {
  return ['NOT OK: this is what differs.', ...differences.map((difference) => `  - ${difference}`)];
}

function deactivated({ name, deactivationDetail, deliveries }: WebhookReport): string {
  return `${name} was deactivated by the zombie sweep, because it had
  ${deactivationDetail}.
Its ${number(deliveries.pending)} deliveries stay owed: reactivated, it would get them.`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function optional(value: number | undefined): string {
  return value === undefined ? '-' : number(value);
}

/** Milliseconds below ten seconds, seconds above. */
function duration(value: Percentiles | null): string {
  if (value === null) return '-';
  const { p50, p95 } = value;
  if (p95 < 10_000) return `${number(p50)} / ${number(p95)} ms`;
  return `${(p50 / 1_000).toFixed(1)} / ${(p95 / 1_000).toFixed(1)} s`;
}
