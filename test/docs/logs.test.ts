import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { INVARIANTS } from '../../src/domain/invariant.js';
import { createLogger } from '../../src/log.js';
import { openTestApi } from '../api/setup.js';
import { pollUntil } from '../support/poll.js';
import { startReceiver } from '../support/receiver.js';
import { ROOT } from './pages.js';

/** A message as docs/logs.md lists it. */
interface Listed {
  readonly levels: readonly string[];
  readonly fields: readonly string[];
  /** Fields that each line has. */
  readonly needed: readonly string[];
}

const page = await readFile(join(ROOT, 'docs/logs.md'), 'utf8');

const listed = new Map<string, Listed>(
  [...page.matchAll(/^\| (.+?) +\| ((?:debug|info|warn|error|fatal)[a-z, ]*) \|(.*)\|$/gm)].map(
    ([, message = '', levels = '', text = '']) => {
      const names = [...text.matchAll(/`(\w+)(\?)?`/g)];
      const fields = names.map(([, name = '']) => name);
      const needed = names.filter(([, , mark]) => mark === undefined).map(([, name = '']) => name);
      return [message.trim(), { levels: levels.trim().split(', '), fields, needed }];
    },
  ),
);

/** Messages that the page lists in its text. */
const NAMED = [
  ...Object.values(INVARIANTS),
  'delivery queue',
  'delivery worker',
  'repeatable jobs queue',
  'repeatable jobs worker',
  'queue board',
  'uncaughtException',
  'unhandledRejection',
];

/** What stands in each line, or in each of one part. */
const EVERYWHERE = ['level', 'time', 'service', 'pid', 'msg', 'role', 'requestId'];

interface Call {
  readonly place: string;
  readonly level: string;
  /** What its message can be; none where a variable holds it. */
  readonly messages: readonly string[];
}

/** Every call of a logger in the source. */
async function readCalls(): Promise<Call[]> {
  const calls: Call[] = [];
  const folder = join(ROOT, 'src');
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.ts') || name.includes('generated')) continue;
    const text = await readFile(join(folder, name), 'utf8');
    for (const { 1: level = '', index, 0: call } of text.matchAll(
      /\blog\s*\.(debug|info|warn|error|fatal)\(/g,
    )) {
      const rest = text.slice(index + call.length);
      const last = lastArgument(rest.slice(0, endOfArguments(rest)));
      const quoted = /'((?:[^'\\]|\\.)*)'|"([^"]*)"/g;
      const messages = [...last.matchAll(quoted)].map(([, one, other]) => one ?? other ?? '');
      calls.push({ place: `${name}: log.${level}(…${last})`, level, messages });
    }
  }
  return calls;
}

/** Where the parenthesis closes that is open at the beginning of a text, whatever strings say. */
function endOfArguments(text: string): number {
  let depth = 1;
  for (const { 0: found, index } of text.matchAll(/'(?:[^'\\]|\\.)*'|"[^"]*"|[()]/g)) {
    if (found === '(') depth += 1;
    if (found === ')') depth -= 1;
    if (depth === 0) return index;
  }
  return text.length;
}

/** The last of several arguments. */
function lastArgument(text: string): string {
  let depth = 0;
  let start = 0;
  for (const { 0: found, index } of text.matchAll(/'(?:[^'\\]|\\.)*'|"[^"]*"|[([{}\]),]/g)) {
    if ('([{'.includes(found)) depth += 1;
    if (')]}'.includes(found)) depth -= 1;
    // What follows a comma at the end is no argument.
    if (found === ',' && depth === 0 && text.slice(index + 1).trim() !== '') start = index + 1;
  }
  return text.slice(start).trim().replace(/,$/, '');
}

test('the page lists every message that the source can log, at its level, and no other', async () => {
  const calls = await readCalls();
  expect(calls.length).toBeGreaterThan(80);
  const unlisted = calls.flatMap(({ place, level, messages }) =>
    messages
      .filter((message) => !listed.get(message)?.levels.includes(level))
      .map((message) => `${message} (${place})`),
  );
  expect(unlisted).toEqual([]);
  const known = new Set(calls.flatMap(({ messages }) => messages));
  expect([...listed.keys()].filter((message) => !known.has(message))).toEqual([]);
});

test('a run logs what the page lists, with these fields and no others, and the ids of what changed', async () => {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger('debug', {
    write: (line: string) => void lines.push(JSON.parse(line)),
  });
  const receiver = await startReceiver({
    respond: ({ path }) => ({ status: path === '/down' ? 500 : path === '/gone' ? 410 : 200 }),
  });
  const bundle = await openTestApi(
    { retryAttempts: 1, breakerFailures: 1, breakerPause: '10ms', smtpUrl: 'smtp://127.0.0.1:9' },
    { log },
  );
  const { posthorn, call, ledger } = bundle;
  const { webhooks, channels, alerts, keys, replays } = posthorn;
  const { webhook } = await webhooks.register({ url: `${receiver.url}/up`, accountId: 'acme' });
  const down = await webhooks.register({ url: `${receiver.url}/down`, accountId: 'acme' });
  await webhooks.register({ url: `${receiver.url}/gone`, accountId: 'acme' });
  await webhooks.update(webhook.id, { description: 'changed' });
  await webhooks.rotateSecret(webhook.id);
  await webhooks.deactivate(webhook.id);
  await webhooks.reactivate(webhook.id);
  const { apiKey } = await keys.create({ name: 'a key', role: 'viewer', accountId: 'acme' });
  await keys.revoke(apiKey.id);
  const target = { kind: 'slack', url: 'https://hooks.example.com/T0', accountId: 'acme' } as const;
  const channel = await channels.create({ ...target, name: 'ops' });
  await channels.update(channel.id, { name: 'other' });
  await channels.delete(channel.id);
  const rule = await alerts.rules.create({
    accountId: 'acme',
    name: 'failing',
    metric: 'consecutiveFailures',
    comparison: 'above',
    threshold: 0,
  });
  await posthorn.start(['worker', 'scheduler']);
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const event = {
    type: 'expense.created',
    accountId: 'acme',
    payload: { secret: 'of the payload' },
  };
  await call('POST', '/v1/events', { json: event, headers: { traceparent } });
  const said = (message: string) => lines.filter(({ msg }) => msg === message);
  const until = (message: string, count = 1) =>
    pollUntil(
      () => said(message),
      (found) => found.length >= count,
      { what: message },
    );
  await until('attempt', 3);
  await until('breaker opened');
  await alerts.evaluate();
  await webhooks.delete(down.webhook.id);
  await alerts.evaluate();
  await alerts.rules.update(rule.id, { name: 'other' });
  await alerts.rules.remove(rule.id);
  const from = new Date(Date.now() - 60_000);
  await replays.start(webhook.id, { from, statuses: ['delivered'] });
  await until('replay done');
  await call('POST', `/v1/webhooks/${webhook.id}/deactivate`);
  await call('GET', '/v1/webhooks');
  await ledger.$executeRaw`ALTER TABLE posthorn.incidents RENAME COLUMN opened_at TO elsewhere`;
  await call('GET', '/v1/incidents');
  await ledger.$executeRaw`ALTER TABLE posthorn.incidents RENAME COLUMN elsewhere TO opened_at`;
  await posthorn.reconciliation.run();
  await receiver.close();

  const faults = lines.flatMap((line) => {
    const message = String(line.msg);
    if (NAMED.includes(message) || message.startsWith('Server listening at ')) return [];
    const entry = listed.get(message);
    if (entry === undefined) return [`not listed: ${message}`];
    const fields = Object.keys(line).filter((field) => !EVERYWHERE.includes(field));
    return [
      ...(entry.levels.includes(String(line.level)) ? [] : [`${message}: is ${line.level}`]),
      ...fields
        .filter((field) => !entry.fields.includes(field))
        .map((field) => `${message}: ${field}`),
      ...entry.needed.filter((field) => !(field in line)).map((field) => `${message}: no ${field}`),
    ];
  });
  expect([...new Set(faults)]).toEqual([]);
  for (const message of [
    'webhook changed',
    'webhook secret rotated',
    'webhook deactivated',
    'webhook reactivated',
    'webhook deleted',
    'incident opened',
    'incident resolved',
    'replay begun',
    'channel changed',
    'alert rule changed',
    'API key revoked',
    'request failed',
  ])
    expect(said(message), message).not.toEqual([]);
  for (const line of [...said('attempt'), ...said('breaker opened'), ...said('incident opened')])
    expect(line.accountId).toBe('acme');
  expect(said('attempt')[0]?.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  const changes = said('request').filter(({ level }) => level === 'info');
  expect(changes.map(({ method, path }) => `${method} ${path}`)).toEqual([
    `POST /v1/webhooks/${webhook.id}/deactivate`,
  ]);
  expect(changes[0]?.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

test('what is secret does not show in a line that is handed it', () => {
  const written: string[] = [];
  const log = createLogger('info', { write: (text: string) => void written.push(text) });
  const webhook = {
    id: 'wh_1',
    secrets: [{ sealed: 'a' }],
    settings: { redis: { password: 'b' } },
  };
  log.info({ webhook, apiKey: 'c', error: new Error('kept') }, 'said');
  expect(JSON.parse(written[0] ?? '')).toMatchObject({
    webhook: { id: 'wh_1', secrets: '[redacted]', settings: { redis: { password: '[redacted]' } } },
    apiKey: '[redacted]',
    error: { message: 'kept' },
  });
  expect(webhook.secrets).toEqual([{ sealed: 'a' }]);
});
