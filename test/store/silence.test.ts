import { expect, test } from 'vitest';
import { createLogger } from '../../src/log.js';
import { createPosthorn } from '../../src/posthorn.js';
import { createDueEar } from '../../src/store/due-ear.js';
import { DUE_CHANNEL } from '../../src/store/events.js';
import { openLedger } from '../../src/store/ledger.js';
import { pollUntil } from '../support/poll.js';
import { freshOptions, openTestLedger } from '../support/posthorn.js';
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

test('an ear whose connection swallows what is sent hears commits again, and stops', async () => {
  const { databaseUrl } = await freshOptions();
  const url = new URL(String(databaseUrl));
  const proxy = await startTcpProxy(Number(url.port));
  url.port = String(proxy.port);
  let heard = 0;
  const ear = createDueEar({
    databaseUrl: url.href,
    answerTimeoutMs: 1_000,
    onDue: () => {
      heard += 1;
    },
    log: createLogger('silent'),
  });
  ear.start();
  await pollUntil(
    () => heard,
    (times) => times === 1,
    { what: 'the first connection' },
  );
  proxy.swallow();
  await pollUntil(
    () => heard,
    (times) => times === 2,
    { what: 'another connection' },
  );
  const ledger = openTestLedger(String(databaseUrl));
  await ledger.$executeRaw`SELECT pg_notify(${DUE_CHANNEL}, '')`;
  await pollUntil(
    () => heard,
    (times) => times === 3,
    { what: 'a commit' },
  );
  proxy.swallow();
  await ear.stop();
  await proxy.close();
});

test('Posthorn stops, though PostgreSQL and Redis answer nothing any more', async () => {
  const options = await freshOptions({ shutdownTimeout: '1s' });
  const [database, redis] = [
    new URL(String(options.databaseUrl)),
    new URL(String(options.redisUrl)),
  ];
  const proxies = await Promise.all(
    [database, redis].map(({ port }) => startTcpProxy(Number(port))),
  );
  database.port = String(proxies[0]?.port);
  redis.port = String(proxies[1]?.port);
  const posthorn = await createPosthorn({
    ...options,
    databaseUrl: database.href,
    redisUrl: redis.href,
  });
  await posthorn.start(['worker', 'scheduler']);
  await posthorn.enqueue({ type: 'a', payload: 1 });
  for (const proxy of proxies) proxy.swallow();
  await posthorn.stop();
  await Promise.all(proxies.map((proxy) => proxy.close()));
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
