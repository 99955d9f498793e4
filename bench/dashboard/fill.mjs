// A ledger as a large installation has it after a month: webhooks of many accounts, some of which fail or
// are inactive, with their events, deliveries and attempts. Ids are made of a time and a number, so that rows
// name each other without a join.

import { openLedger } from '../../dist/store/ledger.js';
import { makePartitions } from '../../dist/store/partitions.js';
import { query } from '../services.mjs';

const DAYS = 30;
const DAY_MS = 86_400_000;
const ACCOUNTS = 1_000;

/** Deliveries of one event. */
const FAN_OUT = 10;

const TYPES = ['expense.created', 'expense.paid', 'collective.updated', 'order.completed'];

/** The id of the n-th thing of a kind that was made at that time (UUIDv7, with the number in place of chance). */
const id = (prefix, at, n) =>
  `'${prefix}' || lpad(to_hex(floor(extract(epoch FROM ${at}) * 1000)::bigint), 12, '0') || '7'
    || lpad(to_hex(${n}), 19, '0')`;

/** Times of the same hour are told apart by their number. */
const WEBHOOK_AT = `(timestamptz '2026-01-01' + (%n / 1000) * interval '1 hour')`;
const webhookId = (n) => id('wh_', WEBHOOK_AT.replace('%n', n), n);

/** Every fiftieth fails now; every thirty-third of the others is inactive. */
const FAILS = (n) => `(${n} % 50 = 7)`;
const INACTIVE = (n) => `(${n} % 33 = 5 AND NOT ${FAILS(n)})`;

/**
 * @param webhooks how many webhooks
 * @param attempts how many attempts, one for each delivery
 */
export async function fill(databaseUrl, { webhooks, attempts, say = () => {} }) {
  const now = Date.now();
  const ledger = openLedger({ databaseUrl, poolSize: 1 });
  await makePartitions(ledger, new Date(now - DAYS * DAY_MS), new Date(now));
  await ledger.$disconnect();
  await fillWebhooks(databaseUrl, webhooks);
  const perDay = Math.ceil(attempts / DAYS);
  for (let day = 0; day < DAYS; day += 1) {
    say(`day ${day + 1} of ${DAYS}`);
    const from = new Date(now - (DAYS - day) * DAY_MS).toISOString();
    await fillDay(databaseUrl, { from, first: day * perDay, perDay, webhooks });
  }
  await query(databaseUrl, 'ANALYZE');
}

function fillWebhooks(databaseUrl, count) {
  return query(
    databaseUrl,
    `INSERT INTO posthorn.webhooks (id, account_id, url, description, event_types, tier, secrets, active,
       active_since, deactivated_at, deactivation_reason, deactivation_detail, last_success, last_failure,
       last_error, failing_since, success_count, failure_count, consecutive_failures, created_at, updated_at)
     SELECT ${webhookId('n')}, 'account-' || n % ${ACCOUNTS},
       'https://hooks-' || n % 5000 || '.example.com/' || md5(n::text), '', '{}',
       CASE n % 10 WHEN 0 THEN 'critical' WHEN 1 THEN 'low' ELSE 'standard' END::posthorn.tier,
       '[]', NOT ${INACTIVE('n')}, at,
       CASE WHEN ${INACTIVE('n')} THEN now() - interval '3 days' END,
       CASE WHEN ${INACTIVE('n')} THEN 'zombie'::posthorn.deactivation_reason END,
       CASE WHEN ${INACTIVE('n')} THEN 'no success for 365 days' END,
       CASE WHEN ${FAILS('n')} THEN now() - interval '1 day' * (n % 300) ELSE now() - interval '5 minutes' END,
       CASE WHEN ${FAILS('n')} THEN now() - interval '5 minutes' END,
       CASE WHEN ${FAILS('n')} THEN 'the endpoint answered 503' END,
       CASE WHEN ${FAILS('n')} THEN now() - interval '1 day' * (n % 300) END,
       1000, n % 7, CASE WHEN ${FAILS('n')} THEN 20 ELSE 0 END, at, at
     FROM generate_series(0, $1::int - 1) AS n, LATERAL (SELECT ${WEBHOOK_AT.replace('%n', 'n')} AS at) AS made`,
    [count],
  );
}

async function fillDay(databaseUrl, { from, first, perDay, webhooks }) {
  const types = `(ARRAY['${TYPES.join("','")}'])[1 + n % ${TYPES.length}]`;
  const eventAt = `$1::timestamptz + interval '1 day' * ((n - $2 / ${FAN_OUT})::float8 / ($3 / ${FAN_OUT}))`;
  await query(
    databaseUrl,
    `INSERT INTO posthorn.events (id, account_id, type, payload, created_at)
     SELECT ${id('evt_', 'at', 'n')}, 'account-' || n % ${ACCOUNTS}, ${types}, '{"id": ' || n || '}', at
     FROM generate_series($2::int / ${FAN_OUT}, ($2::int + $3::int) / ${FAN_OUT} - 1) AS n,
       LATERAL (SELECT ${eventAt} AS at) AS made`,
    [from, first, perDay],
  );
  // The number of a delivery names its event and, far from its neighbours', its webhook.
  const made = `generate_series($2::int, $2::int + $3::int - 1) AS n,
    LATERAL (SELECT n / ${FAN_OUT} AS event, (n::bigint * 7919 % $4::int)::int AS webhook) AS of_it,
    LATERAL (SELECT $1::timestamptz
      + interval '1 day' * ((event - $2 / ${FAN_OUT})::float8 / ($3 / ${FAN_OUT})) AS at) AS moment`;
  const values = [from, first, perDay, webhooks];
  await query(
    databaseUrl,
    `INSERT INTO posthorn.deliveries (id, event_id, webhook_id, account_id, status, attempt_count, due_at,
       last_outcome, last_status_code, created_at, ended_at)
     SELECT ${id('dlv_', 'at', 'n')}, ${id('evt_', 'at', 'event')}, ${webhookId('webhook')},
       'account-' || webhook % ${ACCOUNTS},
       CASE WHEN ${FAILS('webhook')} THEN 'exhausted' ELSE 'delivered' END::posthorn.delivery_status, 1, at,
       CASE WHEN ${FAILS('webhook')} THEN 'http_status' ELSE 'ok' END,
       CASE WHEN ${FAILS('webhook')} THEN 503 ELSE 200 END, at, at + interval '80 ms'
     FROM ${made}`,
    values,
  );
  await query(
    databaseUrl,
    `INSERT INTO posthorn.attempts (id, delivery_id, webhook_id, number, outcome, status_code, started_at,
       duration_ms)
     SELECT ${id('att_', 'at', 'n')}, ${id('dlv_', 'at', 'n')}, ${webhookId('webhook')}, 1,
       CASE WHEN ${FAILS('webhook')} THEN 'http_status' ELSE 'ok' END,
       CASE WHEN ${FAILS('webhook')} THEN 503 ELSE 200 END, at, 5 + (n * 31 % 400)
     FROM ${made}`,
    values,
  );
}
