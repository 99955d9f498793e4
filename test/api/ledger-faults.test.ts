import { expect, onTestFinished, test } from 'vitest';
import { isLedgerFault } from '../../src/api/ledger-faults.js';
import { openLedger } from '../../src/store/ledger.js';
import { createDatabase } from '../support/database.js';
import { pollUntil } from '../support/poll.js';
import { openTestLedger } from '../support/posthorn.js';
import { startProxy } from './proxy.js';
import { openTestApi, register } from './setup.js';

/** The API on a ledger that can be cut off. */
async function openCutApi() {
  const database = await createDatabase();
  onTestFinished(() => database.drop());
  const proxy = await startProxy(database.url);
  onTestFinished(() => proxy.close());
  const api = await openTestApi({ databaseUrl: proxy.url });
  return { ...api, proxy, direct: openTestLedger(database.url) };
}

test('a ledger that can not be reached is 503 on every route, and works again after', async () => {
  const { call, proxy, direct } = await openCutApi();
  const { id } = await register(call);
  const event = { type: 'a', payload: 1 };
  const { body } = await call<{ id: string }>('POST', '/v1/events', { json: event });
  const [delivery] = await direct.delivery.findMany();
  const before = await direct.webhook.findMany();
  proxy.cut();
  for (const [method, path, json] of [
    ['POST', '/v1/webhooks', { url: 'https://hooks.example.com/' }],
    ['GET', '/v1/webhooks', undefined],
    ['GET', `/v1/webhooks/${id}`, undefined],
    ['PATCH', `/v1/webhooks/${id}`, { tier: 'low' }],
    ['POST', `/v1/webhooks/${id}/rotate-secret`, undefined],
    ['POST', `/v1/webhooks/${id}/deactivate`, undefined],
    ['POST', `/v1/webhooks/${id}/reactivate`, undefined],
    ['DELETE', `/v1/webhooks/${id}`, undefined],
    ['POST', '/v1/events', event],
    ['POST', '/v1/events/batch', { events: [event, event] }],
    ['GET', `/v1/events/${body.id}`, undefined],
    ['GET', '/v1/deliveries', undefined],
    ['POST', `/v1/deliveries/${delivery?.id}/retry`, undefined],
    ['GET', '/v1/zombies', undefined],
    ['POST', '/v1/zombies/sweep', undefined],
  ] as const) {
    const answer = await call(method, path, json === undefined ? {} : { json });
    expect([path, answer.status, answer.body.code]).toEqual([path, 503, 'ledger_unavailable']);
    expect(JSON.stringify(answer.body)).not.toMatch(/prisma|127\.0\.0\.1|P1001|invocation/i);
  }
  expect((await call('GET', '/healthz')).status).toBe(200);
  expect((await call('GET', '/readyz')).status).toBe(503);
  proxy.restore();
  await pollUntil(
    () => call('GET', '/readyz'),
    ({ status }) => status === 200,
    { deadlineMs: 10_000 },
  );
  expect(await direct.webhook.findMany()).toEqual(before);
  expect(await direct.event.count()).toBe(1);
  expect((await call('GET', `/v1/webhooks/${id}`)).status).toBe(200);
});

test('a process whose ledger does not answer is not ready within 2 s', async () => {
  const { call, proxy } = await openCutApi();
  expect((await call('GET', '/readyz')).body).toEqual({ status: 'ok' });
  proxy.stall();
  const started = Date.now();
  const answers = await Promise.all([call('GET', '/readyz'), call('GET', '/readyz')]);
  expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
    [503, 'not_ready'],
    [503, 'not_ready'],
  ]);
  expect(Date.now() - started).toBeLessThan(5_000);
  proxy.restore();
  await pollUntil(
    () => call('GET', '/readyz'),
    ({ status }) => status === 200,
    { deadlineMs: 10_000 },
  );
});

test('a statement that PostgreSQL breaks off is a fault of the ledger', async () => {
  const database = await createDatabase();
  onTestFinished(() => database.drop());
  const ledger = openTestLedger(database.url);
  const other = openTestLedger(database.url);
  const sleeping = ledger.$queryRaw`SELECT 1 AS one FROM pg_sleep(30)`.catch((error) => error);
  await pollUntil(
    () => other.$queryRaw<unknown[]>`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()
        AND datname = current_database()`,
    (ended) => ended.length > 0,
  );
  expect(isLedgerFault(await sleeping)).toBe(true);
});

test('a database that is not there and a port that is closed are faults of the ledger', async () => {
  const database = await createDatabase();
  onTestFinished(() => database.drop());
  const missing = new URL(database.url);
  missing.pathname = '/not_there';
  const closed = new URL(database.url);
  closed.port = '1';
  for (const databaseUrl of [missing.href, closed.href]) {
    const ledger = openTestLedger(databaseUrl);
    for (const ask of [
      () => ledger.webhook.count(),
      () => ledger.$queryRaw`SELECT 1`,
      () => ledger.$transaction((tx) => tx.webhook.count()),
    ]) {
      expect(isLedgerFault(await ask().catch((error: unknown) => error))).toBe(true);
    }
  }
});

test('a statement that is wrong is not', async () => {
  const database = await createDatabase({ empty: true });
  const ledger = openLedger({ databaseUrl: database.url, poolSize: 1 });
  onTestFinished(async () => {
    await ledger.$disconnect();
    await database.drop();
  });
  for (const ask of [
    () => ledger.webhook.count(),
    () => ledger.$queryRawUnsafe('SELEKT'),
    () => ledger.$queryRawUnsafe('SELECT 1/0'),
  ]) {
    expect(isLedgerFault(await ask().catch((error: unknown) => error))).toBe(false);
  }
  expect(isLedgerFault('Connection terminated')).toBe(false);
});
