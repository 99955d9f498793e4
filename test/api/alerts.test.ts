import { expect, test } from 'vitest';
import { bearing, makeKey, openTestApi, register } from './setup.js';

interface Body {
  readonly id: string;
  readonly data: readonly { readonly id: string }[];
  readonly [field: string]: unknown;
}

test('/v1/rules and /v1/incidents: a rule is made, fires, is acknowledged, changed and removed', async () => {
  const { call, posthorn, ledger } = await openTestApi();
  const { id: webhookId } = await register(call, { accountId: 'a' });
  const json = {
    name: 'failing',
    accountId: 'a',
    metric: 'timeSinceLastSuccess',
    comparison: 'above',
    threshold: '1h',
    scope: { webhookId },
    quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' },
  };
  const made = await call<Body>('POST', '/v1/rules', { json });
  expect(made.status).toBe(201);
  const { id } = made.body;
  expect(made.body).toMatchObject({
    ...json,
    threshold: 3_600_000,
    resolveAt: null,
    window: '1h',
    minimum: 0,
    cooldown: '0s',
    channelIds: [],
    enabled: true,
  });
  expect((await call<Body>('GET', '/v1/rules?accountId=a')).body.data).toEqual([made.body]);
  const changes = { quietHours: null, threshold: '2h', resolveAt: '30m' };
  const changed = await call('PATCH', `/v1/rules/${id}`, { json: changes });
  expect(changed.body).toMatchObject({
    quietHours: null,
    threshold: 7_200_000,
    metric: json.metric,
  });

  const since = new Date(Date.now() - 3 * 3_600_000);
  await ledger.webhook.update({
    where: { id: webhookId },
    data: { activeSince: since, failingSince: since },
  });
  await posthorn.alerts.evaluate();
  const { body: open } = await call<Body>('GET', `/v1/incidents?open=true&ruleId=${id}`);
  expect(open.data).toMatchObject([
    { ruleName: 'failing', webhookId, accountId: 'a', threshold: 7_200_000, resolvedAt: null },
  ]);
  const incident = open.data[0]?.id;
  const { key, id: keyId } = await makeKey(call, { role: 'operator', accountId: 'a' });
  const path = `/v1/incidents/${incident}/acknowledge`;
  const { body } = await call('POST', path, { headers: bearing(key) });
  expect(body).toMatchObject({ id: incident, acknowledgedBy: keyId });
  expect((await call('GET', `/v1/incidents/${incident}`)).body).toEqual(body);

  await ledger.webhook.update({ where: { id: webhookId }, data: { failingSince: null } });
  await posthorn.alerts.evaluate();
  const { body: closed } = await call<Body>('GET', '/v1/incidents?open=false');
  expect(closed.data).toMatchObject([{ id: incident, resolution: 'recovered', lastValue: 0 }]);

  const { name: _name, ...tried } = json;
  const dry = await call('POST', '/v1/rules/dry-run', { json: { ...tried, name: 'x', days: 3 } });
  expect([dry.status, dry.body.possible, dry.body.webhooks]).toEqual([200, true, 1]);

  for (const [given, detail] of [
    [{ ...json, metric: 'speed' }, 'metric must be one of consecutiveFailures'],
    [{ ...json, threshold: true }, 'threshold must be a number or a duration'],
    [{ ...json, window: '1s' }, 'window: not a duration from 5m to 30d'],
    [{ ...json, scope: { webhook: webhookId } }, 'scope.webhook is not known here'],
    [{ ...json, accountId: 'b' }, 'scope.webhookId: no webhook of the account has this id'],
  ] as const) {
    const bad = await call('POST', '/v1/rules', { json: given });
    expect([bad.status, bad.body.detail]).toEqual([400, expect.stringContaining(detail)]);
  }
  expect((await call('PATCH', `/v1/rules/${id}`, { json: { metric: 'x' } })).status).toBe(400);
  expect((await call('DELETE', `/v1/rules/${id}`)).status).toBe(204);
  expect((await call('GET', `/v1/rules/${id}`)).status).toBe(404);
  expect((await call('GET', `/v1/incidents/${incident}`)).status).toBe(404);
});
