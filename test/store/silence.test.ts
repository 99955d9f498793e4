import { expect, test } from 'vitest';
import { openLedger } from '../../src/store/ledger.js';
import { freshOptions } from '../support/posthorn.js';
import { startTcpProxy } from '../support/tcp-proxy.js';

test('a PostgreSQL that stays silent fails what was asked, and the next statement has a new connection', async () => {
  const { databaseUrl } = await freshOptions();
  const url = new URL(String(databaseUrl));
  const proxy = await startTcpProxy(Number(url.port));
  url.port = String(proxy.port);
  const ledger = openLedger({ databaseUrl: url.href, poolSize: 1, answerTimeoutMs: 1_000 });
  expect(await ledger.webhook.count()).toBe(0);
  proxy.swallow();
  await expect(ledger.webhook.count()).rejects.toThrow();
  expect(await ledger.webhook.count()).toBe(0);
  await ledger.$disconnect();
  await proxy.close();
});

test('a machine that is gone in the middle of a transaction holds no lock for ever', async () => {
  const { databaseUrl } = await freshOptions();
  const ledger = openLedger({ databaseUrl: String(databaseUrl), poolSize: 1 });
  const settings = await ledger.$queryRaw<{ name: string; setting: string }[]>`
    SELECT name, setting FROM pg_settings
    WHERE name IN ('idle_in_transaction_session_timeout', 'tcp_keepalives_idle') ORDER BY name`;
  expect(settings).toEqual([
    { name: 'idle_in_transaction_session_timeout', setting: '60000' },
    { name: 'tcp_keepalives_idle', setting: '30' },
  ]);
  await ledger.$disconnect();
});
