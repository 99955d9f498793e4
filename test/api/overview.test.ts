import { expect, onTestFinished, test } from 'vitest';
import { pollUntil } from '../support/poll.js';
import { startReceiver } from '../support/receiver.js';
import { bearing, makeKey, openTestApi } from './setup.js';

/** Two accounts: `acme` whose endpoint is well, and `umbrella` whose endpoint fails. */
async function openTwoAccounts() {
  const well = await startReceiver();
  const broken = await startReceiver({ respond: () => ({ status: 500 }) });
  onTestFinished(async () => {
    await Promise.all([well.close(), broken.close()]);
  });
  const api = await openTestApi({ retryAttempts: 2, retryBase: '10ms', breakerFailures: 1_000 });
  const { posthorn, ledger } = api;
  await posthorn.webhooks.register({ url: `${well.url}/100%25_a`, accountId: 'acme' });
  const { webhook: bad } = await posthorn.webhooks.register({
    url: `${broken.url}/b`,
    accountId: 'umbrella',
    tier: 'low',
  });
  await posthorn.webhooks.register({ url: 'https://idle.example.com/', accountId: 'idle' });
  await posthorn.start(['worker', 'scheduler']);
  for (const [accountId, count] of [
    ['acme', 5],
    ['umbrella', 3],
  ] as const) {
    const events = Array.from({ length: count }, (_, payload) => ({
      type: 'a',
      payload,
      accountId,
    }));
    await posthorn.enqueueMany(events);
  }
  await pollUntil(
    () => ledger.delivery.count({ where: { status: 'pending' } }),
    (pending) => pending === 0,
    { what: 'the end of all deliveries' },
  );
  await pollUntil(
    async () => {
      // It leaves the work to one that is under way, like the scheduler's.
      await posthorn.runJob('rollup');
      return (await ledger.webhookStats.findMany({ where: { span: 300 } })).reduce(
        (total, { successes, failures }) => total + successes + failures,
        0,
      );
    },
    (counted) => counted === 11,
    { what: 'all attempts counted' },
  );
  return { ...api, bad };
}

test('the overview counts what was attempted, and of one account that alone', async () => {
  const { call, bad } = await openTwoAccounts();
  const all = await call('GET', '/v1/overview');
  expect(all.body).toMatchObject({
    attempts: 11,
    successes: 5,
    failures: 6,
    failuresByClass: { http_status: 6 },
    successRate: 5 / 11,
    backlog: { due: 0, oldestDueSeconds: null },
    queue: { waiting: 0, active: 0, delayed: 0 },
    webhooks: { active: 3, failing: 1, inactive: 0, breakersOpen: 0 },
    openIncidents: 0,
    worst: [{ webhookId: bad.id, accountId: 'umbrella', attempts: 6, failures: 6 }],
  });
  const { series, latencyMs, deliveryMs } = all.body as {
    series: { successes: number; failures: number }[];
    latencyMs: { p50: number };
    deliveryMs: { p50: number; p99: number };
  };
  const sum = (of: 'successes' | 'failures') => series.reduce((total, one) => total + one[of], 0);
  expect([sum('successes'), sum('failures')]).toEqual([5, 6]);
  expect(latencyMs.p50).toBeGreaterThan(0);
  expect(deliveryMs.p99).toBeGreaterThanOrEqual(deliveryMs.p50);

  const { key } = await makeKey(call, { role: 'viewer', accountId: 'acme' });
  const one = await call('GET', '/v1/overview', { headers: bearing(key) });
  expect(one.body).toMatchObject({
    attempts: 5,
    failures: 0,
    queue: null,
    webhooks: { active: 1, failing: 0 },
    worst: [],
  });
  const idle = await call('GET', '/v1/overview?accountId=idle');
  expect(idle.body).toMatchObject({
    attempts: 0,
    successRate: null,
    latencyMs: { p50: null },
    deliveryMs: { p50: null },
    series: [],
  });
});

test('webhooks are listed by state, tier and a part of the URL as it is written', async () => {
  const { call, posthorn, bad } = await openTwoAccounts();
  const accounts = async (query: string) => {
    const { body } = await call<{ data: { accountId: string }[] }>('GET', `/v1/webhooks?${query}`);
    return body.data.map(({ accountId }) => accountId).toSorted();
  };
  expect(await accounts('state=failing')).toEqual(['umbrella']);
  expect(await accounts('state=well')).toEqual(['acme', 'idle']);
  expect(await accounts('tier=low')).toEqual(['umbrella']);
  expect(await accounts('search=IDLE.example')).toEqual(['idle']);
  // In a pattern these would be any text, and any character.
  expect(await accounts(`search=${encodeURIComponent('%25_')}`)).toEqual(['acme']);
  expect(await accounts(`search=${encodeURIComponent('%b')}`)).toEqual([]);
  expect(await accounts('search=_')).toEqual(['acme']);
  await posthorn.webhooks.deactivate(bad.id);
  expect(await accounts('state=inactive')).toEqual(['umbrella']);
  expect(await accounts('state=inactive&active=true')).toEqual([]);
  const { status, body } = await call('GET', '/v1/webhooks?state=ill');
  expect([status, body.detail]).toEqual([400, 'state must be one of well, failing, inactive']);
});
