// The webhooks of the pictures, and the endpoints behind them: one server on this machine, which answers
// by the path.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** How an endpoint answers, and how its past was: response times in milliseconds, and the share that failed. */
export const KINDS = {
  well: { status: 204, delayMs: 20, latency: [40, 140], failing: 0.002 },
  busy: { status: 200, delayMs: 60, latency: [90, 420], failing: 0.01 },
  slow: { status: 200, delayMs: 700, latency: [600, 2_800], failing: 0.03 },
  flaky: { status: 503, every: 3, delayMs: 30, latency: [60, 300], failing: 0.18 },
  broken: { status: 500, delayMs: 15, latency: [30, 90], failing: 0.06, brokenForHours: 31 },
  silent: { status: 200, delayMs: 4_000, latency: [100, 400], failing: 0.05, brokenForHours: 7 },
  gone: { status: 410, delayMs: 10, latency: [40, 120], failing: 0 },
  quiet: { status: 502, delayMs: 10, latency: [40, 120], failing: 1 },
};

/** Every webhook: its URL on the pictures, what it is for, and its kind; `perHour` is how busy its past was. */
export const WEBHOOKS = [
  [
    'acme',
    'https://books.acme.example/hooks/expenses',
    'the books',
    'well',
    14,
    { tier: 'critical' },
  ],
  ['acme', 'https://data.acme.example/ingest', 'the data warehouse', 'busy', 44],
  ['acme', 'https://chat.acme.example/integrations/42', 'messages to the team', 'well', 12],
  ['globex', 'https://api.globex.example/v2/webhooks', 'orders', 'busy', 36, { tier: 'critical' }],
  ['globex', 'https://crm.globex.example/events', 'customers', 'slow', 18],
  ['globex', 'https://old.globex.example/cgi-bin/notify', 'the shop before this one', 'gone', 4],
  ['initech', 'https://reports.initech.example/tps', 'reports, with a cover sheet', 'flaky', 16],
  ['initech', 'https://printer.initech.example/queue', 'the printer', 'silent', 6, { tier: 'low' }],
  [
    'umbrella',
    'https://billing.umbrella.example/in',
    'invoices',
    'broken',
    11,
    { tier: 'critical' },
  ],
  ['umbrella', 'https://lab.umbrella.example/results', 'results', 'well', 10],
  ['hooli', 'https://nucleus.hooli.example/hooks', 'nucleus', 'well', 24],
  ['hooli', 'https://mail.hooli.example/bridge', 'mail', 'busy', 14],
  [
    'hooli',
    'https://box.hooli.example/v1/in',
    'a box that nobody opens',
    'quiet',
    0,
    { tier: 'low' },
  ],
  ['hooli', 'https://tv.hooli.example/push', 'television', 'quiet', 0],
].map(([accountId, url, description, kind, perHour, more = {}]) => ({
  ...{ accountId, url, description, kind, perHour, more },
}));

export const EVENT_TYPES = [
  'expense.created',
  'expense.approved',
  'expense.paid',
  'order.created',
  'order.shipped',
  'member.invited',
];

/** Starts the server. A webhook's path says its kind: `/broken/8`. */
export async function startEndpoints() {
  let count = 0;
  const server = createServer(async (request, response) => {
    const { status, every, delayMs } = KINDS[request.url.split('/')[1]];
    request.resume();
    await once(request, 'end');
    count += 1;
    await sleep(delayMs);
    const failed = every === undefined || count % every === 0;
    response.writeHead(failed ? status : 200, { 'content-type': 'application/json' });
    response.end(status < 400 || !failed ? '{"ok":true}' : '{"error":"not today"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
