import type { DemoReport } from './report.js';
import type { RunningDemo } from './run.js';

/** What still runs after the report with `--serve`, and how to reach it. Shows no password. */
export function servingText(
  { webhooks }: DemoReport,
  { dataDir, databaseUrl }: RunningDemo,
): string {
  const url = new URL(databaseUrl);
  url.password = '';
  return [
    'Still running, until Ctrl-C: the endpoints, a worker and the scheduler.',
    '',
    ...webhooks.map(({ name, url: endpoint }) => `  ${name.padEnd(16)}${endpoint}`),
    `  ${'data directory'.padEnd(16)}${dataDir}`,
    `  ${'ledger'.padEnd(16)}${url.href}`,
    '',
    'Look at the ledger with psql, where you have it:',
    '',
    `  PGPASSWORD=$(cat ${dataDir}/postgres-password) psql ${url.href} \\`,
    `    -c 'SELECT id, active, last_success, deactivation_detail FROM posthorn.webhooks'`,
    '',
    'Ctrl-C stops everything and removes the data directory.',
  ].join('\n');
}
