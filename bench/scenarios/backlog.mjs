// Healthy webhooks beside one that is owed very much: its breaker is open.
import { randomUUID } from 'node:crypto';
import { query } from '../services.mjs';
import { runOpenLoop } from './open-loop.mjs';

export function prepare(services, { quick, count = quick ? 20_000 : 1_000_000 }) {
  const seconds = quick ? 3 : 30;
  const perSecond = quick ? 140 : 280;
  const paths = Array.from({ length: 70 }, (_, n) => ({ path: `/${n}`, type: `bench.${n}` }));

  async function run(backlog) {
    const place = await services.fresh();
    let redisBefore = 0;
    const figures = await runOpenLoop(services, place, {
      register: paths,
      types: paths.map(({ type }) => type),
      perSecond,
      seconds,
      expected: (sent) => sent,
      meanwhile: async () => {
        if (backlog) await fillBacklog(place.databaseUrl, count);
        redisBefore = await services.redisMemory();
      },
    });
    return { ...figures, redisMiB: ((await services.redisMemory()) - redisBefore) / 2 ** 20 };
  }

  return {
    title: `70 healthy webhooks at ${perSecond}/s for ${seconds} s, with and without ${count} pending deliveries of one whose breaker is open`,
    columns: [
      { name: 'p50', label: 'healthy p50 ms', digits: 1 },
      { name: 'p99', label: 'healthy p99 ms', digits: 1 },
      { name: 'received', label: 'received, of sent', digits: 3 },
      { name: 'redisMiB', label: 'Redis growth MiB', digits: 1 },
      { name: 'rssMiB', label: 'worker RSS MiB' },
    ],
    peers: [
      { peer: 'empty', run: () => run(false) },
      { peer: 'backlog', run: () => run(true) },
    ],
    targets: ({ empty, backlog }) => [
      { what: 'healthy p99, times empty', value: backlog.p99 / empty.p99, bound: 1.2 },
      { what: 'Redis growth over empty, MiB', value: backlog.redisMiB - empty.redisMiB, bound: 5 },
      { what: 'worker RSS over empty, MiB', value: backlog.rssMiB - empty.rssMiB, bound: 50 },
    ],
  };
}

/** Owes so many deliveries to a webhook of its own whose breaker is open and about to try. */
async function fillBacklog(databaseUrl, count) {
  const webhookId = `wh_${randomUUID().replaceAll('-', '')}`;
  await query(
    databaseUrl,
    `INSERT INTO posthorn.webhooks (id, account_id, url, event_types, secrets, active_since, created_at, updated_at)
     VALUES ($1, 'backlog', 'http://127.0.0.1:9/', '{}', '[]', now(), now(), now())`,
    [webhookId],
  );
  await query(
    databaseUrl,
    `INSERT INTO posthorn.holds (webhook_id, state, since, release_at, allowance, openings)
     VALUES ($1, 'open', now(), now() + interval '1 second', 1, 1)`,
    [webhookId],
  );
  const eventId = `evt_${randomUUID().replaceAll('-', '')}`;
  await query(
    databaseUrl,
    `INSERT INTO posthorn.events (id, account_id, type, payload, created_at)
     VALUES ($1, 'backlog', 'bench', '{}', now())`,
    [eventId],
  );
  await query(
    databaseUrl,
    `INSERT INTO posthorn.deliveries (id, event_id, webhook_id, account_id, due_at, dispatch_at, created_at)
     SELECT posthorn.sortable_id('dlv_', now()), $2, $1, 'backlog', now(), NULL, now()
     FROM generate_series(1, $3)`,
    [webhookId, eventId, count],
  );
  // As PostgreSQL's autovacuum does by itself a little later.
  await query(databaseUrl, 'ANALYZE posthorn.deliveries');
}
