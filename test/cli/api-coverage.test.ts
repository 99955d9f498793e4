import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { commandPath } from '../../src/cli/command-tree.js';
import { createProgram } from '../../src/cli/program.js';
import { openWalkedApi } from '../api/routes.js';

/** The command that does what each route does. */
const COMMANDS: Readonly<Record<string, string>> = {
  'GET /v1/overview': 'overview',
  'POST /v1/webhooks': 'webhook add',
  'GET /v1/webhooks': 'webhook list',
  'GET /v1/webhooks/:id': 'webhook show',
  'PATCH /v1/webhooks/:id': 'webhook update',
  'DELETE /v1/webhooks/:id': 'webhook remove',
  'POST /v1/webhooks/:id/rotate-secret': 'webhook rotate-secret',
  'POST /v1/webhooks/:id/deactivate': 'webhook deactivate',
  'POST /v1/webhooks/:id/reactivate': 'webhook reactivate',
  'POST /v1/webhooks/:id/test': 'webhook test',
  'POST /v1/webhooks/:id/verify': 'webhook verify',
  'POST /v1/webhooks/:id/replay': 'replay start',
  'GET /v1/webhooks/:id/attempts': 'webhook attempts',
  'GET /v1/webhooks/:id/history': 'webhook history',
  'GET /v1/webhooks/:id/owed': 'webhook owed',
  'GET /v1/webhooks/:id/stats': 'webhook stats',
  'GET /v1/accounts/:accountId/format': 'account show',
  'PUT /v1/accounts/:accountId/format': 'account set',
  'DELETE /v1/accounts/:accountId/format': 'account unset',
  'POST /v1/events': 'event send',
  'POST /v1/events/batch': 'event send-batch',
  'GET /v1/events/:id': 'event show',
  'GET /v1/deliveries': 'delivery list',
  'GET /v1/deliveries/:id': 'delivery show',
  'POST /v1/deliveries/:id/retry': 'delivery retry',
  'GET /v1/attempts/:id': 'delivery attempt',
  'GET /v1/zombies': 'zombies',
  'POST /v1/zombies/sweep': 'sweep',
  'GET /v1/policy': 'policy',
  'GET /v1/queues': 'queues',
  'GET /v1/processes': 'processes',
  'GET /v1/webhooks/health': 'webhook health',
  'GET /v1/webhooks/:id/traffic': 'webhook traffic',
  'GET /v1/webhooks/:id/secrets': 'webhook secrets',
  'POST /v1/portal-links': 'portal-link',
  'POST /v1/portal-links/revoke': 'portal-link',
  'GET /v1/settings': 'settings',
  'POST /v1/channels': 'channel add',
  'GET /v1/channels': 'channel list',
  'GET /v1/channels/:id': 'channel show',
  'PATCH /v1/channels/:id': 'channel update',
  'DELETE /v1/channels/:id': 'channel remove',
  'POST /v1/channels/:id/test': 'channel test',
  'POST /v1/rules': 'rule add',
  'GET /v1/rules': 'rule list',
  'GET /v1/rules/:id': 'rule show',
  'PATCH /v1/rules/:id': 'rule update',
  'DELETE /v1/rules/:id': 'rule remove',
  'POST /v1/rules/dry-run': 'rule dry-run',
  'GET /v1/incidents': 'incident list',
  'GET /v1/incidents/:id': 'incident show',
  'POST /v1/incidents/:id/acknowledge': 'incident acknowledge',
  'GET /v1/archive': 'archive status',
  'GET /v1/archive/days': 'archive list',
  'POST /v1/archive/run': 'archive run',
  'POST /v1/archive/verify': 'archive verify',
  'POST /v1/archive/restore': 'archive restore',
  'POST /v1/erasures': 'erase',
  'GET /v1/tasks': 'task list',
  'GET /v1/tasks/:id': 'task show',
  'GET /v1/replays': 'replay list',
  'GET /v1/replays/:id': 'replay show',
  'POST /v1/replays/:id/cancel': 'replay cancel',
  'POST /v1/keys': 'key add',
  'GET /v1/keys': 'key list',
  'DELETE /v1/keys/:id': 'key revoke',
};

/** Routes that no command stands for, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {};

function pathsOf(command: Command): string[] {
  const { commands } = command;
  return commands.length === 0 ? [commandPath(command)] : commands.flatMap(pathsOf);
}

test('everything that the API can has a command', async () => {
  const { routes } = await openWalkedApi();
  const names = routes
    .filter(({ method, url }) => method !== 'HEAD' && url.startsWith('/v1/'))
    .map(({ method, url }) => `${method} ${url}`);
  expect([...new Set(names)].sort()).toEqual(
    [...Object.keys(COMMANDS), ...Object.keys(EXCEPTIONS)].sort(),
  );
  const commands = pathsOf(createProgram());
  expect(commands).toEqual(expect.arrayContaining(Object.values(COMMANDS)));
});
