import { readFile } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { openTestApi } from '../api/setup.js';
import { type Exposed, readMetrics, type Sample, sampleValue } from '../support/metrics.js';
import { pollUntil } from '../support/poll.js';
import { readPromql } from '../support/promql.js';
import { startReceiver } from '../support/receiver.js';

const page = (name: string) =>
  readFile(new URL(`../../docs/monitoring/${name}`, import.meta.url), 'utf8');

/** What Prometheus and `posthorn start` add to every value. */
const ADDED = ['job', 'instance', 'process'];

/** Labels whose values no run of a test has all of. */
const OPEN_VALUES = ['job', 'route'];

let exposed: Map<string, Exposed> | undefined;

/** Everything that a Posthorn tells that delivered, failed, ran jobs and was asked. */
async function expose(): Promise<Map<string, Exposed>> {
  const receiver = await startReceiver({
    respond: ({ path }) => ({ status: path === '/down' ? 500 : 200 }),
  });
  const { posthorn, ledger, call } = await openTestApi({ retryAttempts: 1, breakerFailures: 1 });
  posthorn.metrics.watchProcess();
  await posthorn.start(['worker', 'scheduler']);
  for (const path of ['/up', '/down'])
    await posthorn.webhooks.register({ url: receiver.url + path });
  await call('POST', '/v1/events', { json: { type: 'expense.created', payload: 1 } });
  await posthorn.reconciliation.run();
  await ledger.$executeRaw`ALTER TABLE posthorn.incidents RENAME COLUMN opened_at TO elsewhere`;
  await call('GET', '/v1/incidents'); // a fault
  await ledger.$executeRaw`ALTER TABLE posthorn.incidents RENAME COLUMN elsewhere TO opened_at`;
  const told = await pollUntil(
    async () => readMetrics(await posthorn.metrics.text()),
    (metrics) =>
      sampleValue(metrics, 'posthorn_deliveries_total', { status: 'delivered' }) === 1 &&
      sampleValue(metrics, 'posthorn_deliveries_total', { status: 'exhausted' }) === 1 &&
      sampleValue(metrics, 'posthorn_job_runs_total', { name: 'replays', result: 'ok' }) !== 0 &&
      sampleValue(metrics, 'posthorn_queue_jobs') !== undefined,
  );
  await receiver.close();
  return told;
}

beforeEach(async () => {
  exposed ??= await expose();
});

/** The samples that a name in PromQL stands for: those of a histogram end in `_bucket` and the like. */
function samplesOf(name: string): readonly Sample[] {
  const family = exposed?.get(name) ?? exposed?.get(name.replace(/_(bucket|sum|count)$/, ''));
  return (family?.samples ?? []).filter((sample) => sample.name === name);
}

/** What is wrong with the names in an expression. */
function faultsOf(expression: string): string[] {
  const { metrics, labels, values } = readPromql(expression);
  const samples = metrics.flatMap(samplesOf);
  const known = [...ADDED, ...samples.flatMap((sample) => Object.keys(sample.labels))];
  const has = (label: string, value: string) =>
    OPEN_VALUES.includes(label) || samples.some((sample) => sample.labels[label] === value);
  return [
    ...(metrics.length === 0 ? ['no metric'] : []),
    ...metrics.filter((name) => samplesOf(name).length === 0).map((name) => `no ${name}`),
    ...labels.filter((label) => !known.includes(label)).map((label) => `no label ${label}`),
    ...values
      .filter(([label, value]) => !has(label, value))
      .map(([label, value]) => `no ${label}="${value}"`),
  ].map((fault) => `${fault} in ${expression}`);
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

test('the dashboard shows metrics that there are, from a data source that is chosen', async () => {
  const { panels, templating } = JSON.parse(await page('grafana-dashboard.json')) as {
    panels: Panel[];
    templating: { list: { name: string; type: string }[] };
  };
  expect(templating.list).toContainEqual(
    expect.objectContaining({ name: 'datasource', type: 'datasource' }),
  );
  const graphs = panels.filter(({ type }) => type !== 'row');
  expect(
    graphs.filter(({ datasource }) => !/^\$\{datasource\}$/.test(datasource?.uid ?? '')),
  ).toEqual([]);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(graphs.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  const targets = graphs.flatMap((panel) => panel.targets ?? []);
  expect(targets.flatMap(({ expr }) => faultsOf(expr))).toEqual([]);
  const legends = targets.flatMap(({ expr, legendFormat }) => {
    const { labels, metrics } = readPromql(expr);
    const all = [
      ...labels,
      ...(metrics.every((name) => name.startsWith('posthorn_')) ? [] : ADDED),
    ];
    const named = [...legendFormat.matchAll(/{{(\w+)}}/g)].map(([, label = '']) => label);
    return named.filter((label) => !all.includes(label)).map((label) => `${label}: ${expr}`);
  });
  expect(legends).toEqual([]);
});

test('every metric of Posthorn is in the dashboard', async () => {
  const text = await page('grafana-dashboard.json');
  const own = [...(exposed?.keys() ?? [])].filter((name) => name.startsWith('posthorn_'));
  expect(
    own.filter((name) => !new RegExp(`\\b${name}(_bucket|_sum|_count)?\\b`).test(text)),
  ).toEqual([]);
});

interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

test('the alert rules are about metrics that there are, and each says what to do', async () => {
  const { groups } = parse(await page('alerts.yaml')) as { groups: { rules: AlertRule[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  expect(rules.flatMap(({ expr }) => faultsOf(expr))).toEqual([]);
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { alert, labels, annotations } of rules) {
    expect(['info', 'warning', 'critical'], alert).toContain(labels.severity);
    expect(annotations.summary, alert).toMatch(/\.$/);
    expect(annotations.description, alert).toMatch(/\.$/);
  }
});

test('the page lists each metric with its type, labels and meaning, and no other', async () => {
  const listed = (await page('README.md')).replaceAll(/ +/g, ' ').split('\n');
  const rows = listed.filter((line) => line.startsWith('| `posthorn_'));
  const expected = [...(exposed ?? [])]
    .filter(([name]) => name.startsWith('posthorn_'))
    .map(([name, { type, help, samples }]) => {
      const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
      labels.delete('le');
      const shown = [...labels].map((label) => `\`${label}\``).join(', ');
      return `| \`${name}\` | ${type} | ${shown} | ${help} |`.replaceAll(/ +/g, ' ');
    });
  expect(rows.toSorted()).toEqual(expected.toSorted());
});
