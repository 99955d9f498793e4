import { describe, expect, onTestFinished, test } from 'vitest';
import { runCommand, runJson } from '../support/command-line.js';
import { createDatabase } from '../support/database.js';
import { pollUntil } from '../support/poll.js';
import { freshOptions, openTestLedger, openTestPosthorn } from '../support/posthorn.js';
import { startReceiver } from '../support/receiver.js';

interface WebhookDocument {
  readonly id: string;
  readonly active: boolean;
  readonly secret: string;
}

interface ErrorDocument {
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string };
}

describe('posthorn webhook', () => {
  test('add, list, show, deactivate and reactivate, for programs', async () => {
    const settings = await freshOptions();
    const words = ['webhook', 'add', 'http://127.0.0.1:9/hook', '--account', 'acme'];
    const options = [
      '--event-type',
      'expense.*',
      'a.b',
      '--tier',
      'low',
      '--header',
      'X-Token: a:b',
    ];
    const added = await runJson<WebhookDocument>([...words, ...options], settings);
    expect(added).toMatchObject({
      accountId: 'acme',
      url: 'http://127.0.0.1:9/hook',
      eventTypes: ['expense.*', 'a.b'],
      tier: 'low',
      headers: { 'X-Token': 'a:b' },
      secret: expect.stringMatching(/^whsec_/),
    });
    const { id } = added;
    expect(await runJson(['webhook', 'list', '--account', 'acme'], settings)).toMatchObject({
      data: [{ id }],
      nextCursor: null,
    });
    expect(await runJson(['webhook', 'list', '--account', 'other'], settings)).toMatchObject({
      data: [],
    });
    const off = await runJson(['webhook', 'deactivate', id, '--detail', 'moving'], settings);
    expect(off).toMatchObject({
      active: false,
      deactivationReason: 'owner',
      deactivationDetail: 'moving',
    });
    const again = await runJson<ErrorDocument>(['webhook', 'deactivate', id], settings);
    expect(again.error.code).toBe('conflict');
    expect(await runJson(['webhook', 'reactivate', id], settings)).toMatchObject({
      active: true,
      deliveries: 0,
    });
    expect(await runJson(['webhook', 'show', id], settings)).not.toHaveProperty('secret');
  });

  test('reads well for people', async () => {
    const settings = await freshOptions();
    const added = await runCommand(['webhook', 'add', 'http://127.0.0.1:9/hook'], settings);
    expect(added.stdout).toMatch(
      /^id +wh_[0-9a-f]{32}\nsecret +whsec_\S+ {2}\(shown this once\)\n$/,
    );
    const { stdout } = await runCommand(['webhook', 'list'], settings);
    const [header, row] = stdout.split('\n');
    expect(header).toMatch(/^id +account +url +state +last success +failures in a row$/);
    expect(row).toMatch(
      /^wh_[0-9a-f]{32} +default +http:\/\/127\.0\.0\.1:9\/hook +well +never +0$/,
    );
  });

  test('an unknown id, and a URL that is refused, exit with 1 and say what to do', async () => {
    const settings = await freshOptions({ allowCidrs: '' });
    const unknown = await runCommand(['webhook', 'show', 'wh_nothing'], settings);
    expect(unknown).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: 'error: there is no webhook wh_nothing\n',
    });
    const refused = await runCommand(['webhook', 'add', 'http://127.0.0.1:9/hook'], settings);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('POSTHORN_ALLOW_CIDRS');
  });
});

describe('posthorn webhook update, rotate-secret, remove', () => {
  test('change what is given, and take away what is named', async () => {
    const settings = await freshOptions();
    const url = 'http://127.0.0.1:9/hook';
    const words = ['--event-type', 'a.b', '--rate-limit', '5', '--header', 'X-Token: a'];
    const added = await runJson<WebhookDocument>(['webhook', 'add', url, ...words], settings);
    const { id } = added;
    const changes = ['--tier', 'critical', '--no-event-type', '--rate-limit', 'none'];
    expect(await runJson(['webhook', 'update', id, ...changes], settings)).toMatchObject({
      url,
      tier: 'critical',
      eventTypes: [],
      rateLimit: null,
      headers: { 'X-Token': 'a' },
    });
    const nothing = await runJson<ErrorDocument>(['webhook', 'update', id], settings);
    expect(nothing.error.message).toBe('nothing to change was given');
    const rotate = ['webhook', 'rotate-secret', id, '--overlap', '1h'];
    const { secret } = await runJson<WebhookDocument>(rotate, settings);
    expect(secret).toMatch(/^whsec_/);
    expect(secret).not.toBe(added.secret);
    expect(await runJson(['webhook', 'remove', id], settings)).toEqual({ id, removed: true });
    expect(await runJson(['webhook', 'list'], settings)).toMatchObject({ data: [] });
  });
});

describe('posthorn delivery', () => {
  test('lists, shows and retries what was not delivered, and steers no terminal', async () => {
    const { posthorn, options } = await openTestPosthorn({ retryAttempts: 1 });
    const receiver = await startReceiver({
      respond: () => ({ status: 500, body: '\u009b2J gone' }),
    });
    onTestFinished(() => receiver.close());
    const { webhook } = await posthorn.webhooks.register({
      url: receiver.url,
      description: 'a\u009b31mb',
    });
    const { id: eventId } = await posthorn.enqueue({ type: 'a.b', payload: { n: 1 } });
    await posthorn.start(['worker', 'scheduler']);
    await receiver.waitForRequests(1);
    const ended = () => posthorn.deliveries.list({ eventId, status: 'exhausted' });
    await pollUntil(ended, ({ data }) => data.length === 1);
    const list = ['delivery', 'list', '--event', eventId, '--status', 'exhausted'];
    const { data } = await runJson<{ data: { id: string }[] }>(list, options);
    const id = String(data[0]?.id);
    const shown = await runCommand(['delivery', 'show', id], options);
    expect(shown.stdout).toMatch(/status +exhausted/);
    expect(shown.stdout).toMatch(/^1 +\S+Z +\S+ +500 +\d+ ms/m);
    await runJson(['delivery', 'retry', id], options);
    const [, again] = await receiver.waitForRequests(2);
    expect(again?.headers['webhook-id']).toBe(eventId);
    const { stdout } = await runCommand(['webhook', 'show', webhook.id], options);
    expect(stdout).toContain('a\\u009b31mb');
    const webhooks = await runCommand(['webhook', 'list'], options);
    expect(webhooks.stdout).toMatch(/ failing +never +\d$/m);
  });
});

describe('posthorn event send', () => {
  test('enqueues, from an argument or from standard input, once for an idempotency key', async () => {
    const settings = await freshOptions();
    const ledger = openTestLedger(String(settings.databaseUrl));
    const send = ['event', 'send', 'expense.created', '--idempotency-key', 'k'];
    const first = await runJson<{ id: string }>([...send, '--payload', '{"n": 1}'], settings);
    expect(first).toEqual({ id: expect.stringMatching(/^evt_/), deliveries: 0, duplicate: false });
    const second = await runJson([...send, '--payload-file', '-'], settings, '{"n": 2}');
    expect(second).toEqual({ id: first.id, deliveries: 0, duplicate: true });
    expect(await ledger.event.findMany()).toMatchObject([{ payload: '{"n":1}' }]);
    const heard = await runCommand(['event', 'send', 'order.paid', '--account', 'acme'], settings);
    expect(heard.stdout).toContain('0: no active webhook of account acme wants order.paid');
  });

  test('refuses a payload that is not JSON', async () => {
    const settings = await freshOptions();
    const { error } = await runJson<ErrorDocument>(
      ['event', 'send', 'a', '--payload', '{'],
      settings,
    );
    expect(error).toMatchObject({
      code: 'invalid_payload',
      message: expect.stringContaining('not JSON'),
    });
  });
});

describe('posthorn sweep', () => {
  test('says which webhooks it deactivates and why; a dry run changes nothing', async () => {
    const settings = await freshOptions();
    const ledger = openTestLedger(String(settings.databaseUrl));
    const { id } = await runJson<WebhookDocument>(
      ['webhook', 'add', 'http://127.0.0.1:9/'],
      settings,
    );
    const longAgo = new Date('2020-01-01T00:00:00Z');
    await ledger.webhook.update({
      where: { id },
      data: { activeSince: longAgo, failingSince: longAgo, consecutiveFailures: 7 },
    });
    const shown = await runCommand(['webhook', 'show', id], settings);
    expect(shown.stdout).toContain('deactivated as a zombie after 2020-12-31T00:00:00.000Z');
    const dry = await runJson(['sweep', '--dry-run'], settings);
    expect(dry).toMatchObject({ dryRun: true, deactivated: [{ id }] });
    expect(await ledger.webhook.count({ where: { active: true } })).toBe(1);
    const { stdout } = await runCommand(['sweep'], settings);
    expect(stdout).toContain(
      'no success for longer than 365d (tier standard): 7 failed attempts in a row',
    );
    expect(stdout).toContain('1 deactivated');
    expect((await runCommand(['sweep'], settings)).stdout).toBe('no zombies\n');
  });
});

describe('posthorn reconcile', () => {
  test('says whether every invariant holds, mends, and exits with 1 where something stays wrong', async () => {
    const settings = await freshOptions();
    const ledger = openTestLedger(String(settings.databaseUrl));
    const added = ['webhook', 'add', 'http://127.0.0.1:9/hook'];
    const { id } = await runJson<WebhookDocument>(added, settings);
    const first = await runCommand(['reconcile'], settings);
    expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^every invariant/) });
    await ledger.webhook.update({ where: { id }, data: { failureCount: 3 } });
    const dry = await runCommand(['reconcile', '--dry-run', '--since', '1h'], settings);
    expect(dry).toMatchObject({ exitCode: 1, stdout: expect.stringContaining(id) });
    expect(await runJson(['reconcile'], settings)).toMatchObject({
      ok: false,
      findings: expect.arrayContaining([
        { invariant: 'counter_mismatch', found: 1, mended: 1, examples: [id] },
      ]),
    });
    const wrong = await runCommand(['reconcile', '--since', 'soon'], settings);
    expect(wrong).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('"soon"') });
  });
});

describe('posthorn migrate', () => {
  test('needs no key, applies once, and makes the partitions', async () => {
    const database = await createDatabase({ empty: true });
    const settings = { DATABASE_URL: database.url };
    const before = await runCommand(['webhook', 'list', '--json'], {
      ...settings,
      POSTHORN_SECRET_KEY: Buffer.alloc(32).toString('base64'),
    });
    expect(before.exitCode).toBe(1);
    expect(JSON.parse(before.stdout).error).toMatchObject({
      code: 'ledger_unavailable',
      hint: expect.stringContaining('posthorn migrate'),
    });
    const first = await runCommand(['migrate'], settings);
    expect(first).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^applied:\n {2}\d{14}_ledger/),
    });
    expect((await runCommand(['migrate'], settings)).stdout).toBe('the ledger is up to date\n');
    const ledger = openTestLedger(database.url);
    const [row] = await ledger.$queryRaw<{ count: bigint }[]>`
      SELECT count(*) FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
      WHERE relkind = 'r' AND relname ~ '^(events|deliveries|attempts)_[0-9]{8}$'`;
    expect(Number(row?.count)).toBe(27); // yesterday to a week ahead
    await ledger.$disconnect();
    await database.drop();
  });
});

describe('wrong words and bad settings exit with 2', () => {
  test.each([
    [['webhok'], /unknown command 'webhok'/],
    [['webhook', 'shw'], /Did you mean show/],
    [['rotate-secret'], /there is `posthorn webhook rotate-secret`/],
    [['delivery', 'list', '--staus', 'pending'], /Did you mean --status/],
    [['delivery', 'list', '--status', 'sent'], /Allowed choices are pending, delivered/],
    [['event', 'put'], /use one of send, send-batch, show; see `posthorn event --help`/],
    [['webhook', 'show'], /missing required argument/],
    [['sweep', '--dryrun'], /unknown option '--dryrun'/],
  ])('posthorn %j', async (words, message) => {
    const result = await runCommand(words, {});
    expect(result).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
  });

  test('wrong words are said as JSON to programs', async () => {
    const result = await runCommand(['webhook', 'list', '--limit', '0', '--json'], {});
    expect(result).toMatchObject({ exitCode: 2, stderr: '' });
    expect(JSON.parse(result.stdout)).toEqual({
      error: { code: 'wrong_words', message: expect.stringContaining('from 1 to 100') },
    });
  });

  test('a bad setting is named, with what was given and what fits', async () => {
    const result = await runCommand(['sweep', '--json'], { POSTHORN_TIMEOUT: 'soon' });
    expect(result.exitCode).toBe(2);
    expect(JSON.parse(result.stdout).error).toMatchObject({
      code: 'invalid_settings',
      message: expect.stringMatching(/^POSTHORN_TIMEOUT: "soon" does not fit: use a duration/),
    });
  });

  test('a missing secret key is named', async () => {
    const { databaseUrl } = await freshOptions();
    const result = await runCommand(['webhook', 'list'], { DATABASE_URL: String(databaseUrl) });
    expect(result).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/POSTHORN_SECRET_KEY is needed/),
    });
  });
});
