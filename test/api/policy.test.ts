import { expect, test } from 'vitest';
import { openTestApi, register } from './setup.js';

test('GET /v1/policy says how an account is treated, from the settings in force', async () => {
  const { call } = await openTestApi({ zombieAfterCritical: '100d', warnAtCritical: '50%, 1d' });
  await register(call, { accountId: 'a', overrides: { zombieAfter: '5d' } });
  await register(call, { accountId: 'a' });
  const { status, body } = await call('GET', '/v1/policy?accountId=a');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    accountId: 'a',
    tiers: {
      critical: {
        zombieAfter: '100d',
        warnAt: '50%, 1d',
        retryBase: '5s',
        retryFactor: 4,
        breakerShare: '90%',
        retention: '90d',
        text: expect.arrayContaining([
          expect.stringContaining('warned after 50 days and 99 days without a success'),
        ]),
      },
      low: { zombieAfter: '90d' },
    },
    told: { email: 0, slack: 0, operational: 0, text: expect.stringContaining('Nobody') },
    webhooksWithOverrides: 1,
  });
});

test('overrides are shown as they were given, replaced by a change, and refused where they do not fit', async () => {
  const { call } = await openTestApi();
  const { id } = await register(call, { overrides: { zombieAfter: '30d', retryAttempts: 3 } });
  const read = async () => (await call('GET', `/v1/webhooks/${id}`)).body.overrides;
  expect(await read()).toEqual({ zombieAfter: '30d', retryAttempts: 3 });
  await call('PATCH', `/v1/webhooks/${id}`, { json: { overrides: { breakerShare: '50%' } } });
  expect(await read()).toEqual({ breakerShare: '50%' });
  const bad = await call('PATCH', `/v1/webhooks/${id}`, {
    json: { overrides: { retryCap: '1y' } },
  });
  expect(bad.status).toBe(400);
  expect(bad.body.detail).toContain('overrides.retryCap does not fit: use a duration');
  expect(await read()).toEqual({ breakerShare: '50%' });
});
