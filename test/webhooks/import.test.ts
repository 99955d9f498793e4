import { expect, onTestFinished, test } from 'vitest';
import { createSecret } from '../../src/domain/signing-secret.js';
import type { ImportedWebhook } from '../../src/webhooks/imported-webhook.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { startReceiver } from '../support/receiver.js';

const DAY_MS = 86_400_000;
const CREATED = '2024-03-01 10:00:00.5+00';
const ago = (days: number) => new Date(Date.now() - days * DAY_MS);

/** A row as a query has it: times as text, nulls where there is nothing. */
function row(changes: Record<string, unknown> = {}): ImportedWebhook {
  return {
    externalId: '17',
    accountId: 'acme',
    url: 'https://hooks.example.com/17',
    secret: createSecret(),
    createdAt: CREATED,
    lastSuccess: null,
    ...changes,
  } as unknown as ImportedWebhook;
}

test('what another system has is there with its past, and its zombies are known', async () => {
  const { posthorn } = await openTestPosthorn();
  const failing = { consecutiveFailures: 40, lastError: '500', lastFailure: ago(1).toISOString() };
  const { faults, webhooks } = await posthorn.webhooks.import([
    row({ externalId: 'well', lastSuccess: ago(1).toISOString(), eventTypes: ['expense.*'] }),
    row({ externalId: 'quiet', lastSuccess: ago(800).toISOString() }),
    row({ externalId: 'dead', lastSuccess: ago(800).toISOString(), ...failing }),
    row({ externalId: 'never', ...failing }),
    row({ externalId: 'late', lastSuccess: ago(300).toISOString(), ...failing }),
    row({ externalId: 'off', active: false, rateLimit: 5 }),
  ]);
  expect(faults).toEqual([]);
  const idOf = (name: string) => webhooks.find(({ externalId }) => externalId === name)?.id ?? '';

  const well = await posthorn.webhooks.get(idOf('well'));
  expect(well).toMatchObject({ accountId: 'acme', eventTypes: ['expense.*'], active: true });
  expect(well.createdAt).toEqual(new Date('2024-03-01T10:00:00.500Z'));
  expect(await posthorn.webhooks.get(idOf('off'))).toMatchObject({
    active: false,
    deactivationReason: 'owner',
    rateLimit: 5,
  });
  const { data: history } = await posthorn.webhooks.history(idOf('well'));
  expect(history[0]?.detail).toBe(
    'imported for https://hooks.example.com/17, known as well before',
  );

  const zombies = await posthorn.zombies.sweep({ dryRun: true });
  expect(zombies.map(({ id }) => id).toSorted()).toEqual([idOf('dead'), idOf('never')].toSorted());
  const { findings } = await posthorn.reconciliation.run();
  expect(findings.filter(({ found }) => found > 0)).toEqual([]);
});

test('a receiver verifies with the secret that it has', async () => {
  const secret = createSecret();
  const receiver = await startReceiver({ secret });
  onTestFinished(() => receiver.close());
  const { posthorn } = await openTestPosthorn();
  await posthorn.webhooks.import([row({ url: receiver.url, secret })]);
  await posthorn.start(['worker']);
  await posthorn.enqueue({ type: 'expense.created', accountId: 'acme', payload: {} });
  expect((await receiver.waitForRequests(1))[0]).toMatchObject({ verified: true });
});

test('a second import, and one at the same time, leave what is there as it is', async () => {
  const { posthorn, ledger } = await openTestPosthorn();
  const rows = [row({ externalId: '1' }), row({ externalId: undefined, secret: undefined })];
  const [one, other] = await Promise.all([
    posthorn.webhooks.import(rows),
    posthorn.webhooks.import(rows),
  ]);
  const [first] = one.webhooks;
  const imported = [one, other].flatMap(({ webhooks }) => webhooks.filter((each) => each.imported));
  expect(imported).toHaveLength(2);
  expect(imported.filter(({ secret }) => secret?.startsWith('whsec_'))).toHaveLength(1);
  await posthorn.webhooks.update(first?.id ?? '', { tier: 'critical' });

  const again = await posthorn.webhooks.import([...rows, row({ externalId: '3' })]);
  expect(again.webhooks.map((each) => [each.imported, each.secret])).toEqual([
    [false, null],
    [false, null],
    [true, null],
  ]);
  expect(again.webhooks[0]?.id).toBe(first?.id);
  expect(await posthorn.webhooks.get(first?.id ?? '')).toMatchObject({ tier: 'critical' });
  expect(await ledger.notice.count({ where: { type: 'webhook.registered' } })).toBe(3);
});

test('a dry run tells what would be done, and does nothing', async () => {
  const { posthorn, ledger } = await openTestPosthorn();
  await posthorn.webhooks.import([row()]);
  const { webhooks } = await posthorn.webhooks.import(
    [row(), row({ externalId: '18', secret: null })],
    { dryRun: true },
  );
  expect(webhooks.map(({ imported, secret }) => [imported, secret])).toEqual([
    [false, null],
    [true, null],
  ]);
  expect(await ledger.webhook.count()).toBe(1);
});

test('a raw format takes a secret as it is, from the account or the row', async () => {
  const { posthorn } = await openTestPosthorn();
  const signed = {
    kind: 'raw',
    signatures: [{ header: 'x-signature', algorithm: 'hmac-sha256' }],
  } as const;
  await posthorn.formats.set(signed, { accountId: 'acme' });
  const { faults } = await posthorn.webhooks.import([
    row({ secret: 'as short as it was' }),
    row({ accountId: 'globex', secret: 'as short as it was', format: signed }),
  ]);
  expect(faults).toEqual([]);
});

test('every row that does not fit is told, and nothing is imported', async () => {
  const { posthorn, ledger } = await openTestPosthorn();
  const { webhooks, faults } = await posthorn.webhooks.import([
    row({ externalId: 'fits' }),
    row({ externalId: 'fits' }),
    row({ url: 'ftp://example.com' }),
    row({ url: 'http://10.0.0.1/' }),
    row({ secret: 'as short as it was' }),
    row({ createdAt: undefined }),
    row({ createdAt: '2026-03-01 10:00:00' }),
    row({ lastSuccess: '2999-01-01T00:00:00Z' }),
    row({ lastSuccess: ago(1), lastFailure: ago(2), consecutiveFailures: 1 }),
    row({ event_types: ['*'] }),
    row({ eventTypes: ['not a type'] }),
    row({ active: 'yes' }),
    row({ consecutiveFailures: 1.5 }),
    row({ externalId: '' }),
    row({ toString: 'me' }),
    [] as unknown as ImportedWebhook,
  ]);
  expect(webhooks).toEqual([]);
  expect(faults.map(({ row, message }) => [row, message.split(':')[0]])).toEqual([
    [2, 'externalId'],
    [3, 'the URL is not http or https'],
    [4, expect.stringContaining('10.0.0.1')],
    [5, 'secret'],
    [6, 'createdAt'],
    [7, 'createdAt'],
    [8, 'lastSuccess'],
    [9, 'consecutiveFailures'],
    [10, 'event_types'],
    [11, expect.stringContaining('not a type')],
    [12, 'active'],
    [13, 'consecutiveFailures'],
    [14, 'externalId'],
    [15, 'toString'],
    [16, 'not an object, like {"url"'],
  ]);
  expect(faults[0]?.message).toContain('row 1');
  expect(JSON.stringify(faults)).not.toContain('as short as it was');
  expect(await ledger.webhook.count()).toBe(0);
});
