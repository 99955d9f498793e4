import { createHmac } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { FormatInput } from '../../src/domain/format-input.js';
import type { PosthornDependencies } from '../../src/posthorn.js';
import { pollUntil } from '../support/poll.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { type ReceivedRequest, type ScriptedResponse, startReceiver } from '../support/receiver.js';

/** As https://docs.github.com/en/webhooks says. */
const GITHUB = {
  kind: 'raw',
  headers: { 'X-GitHub-Event': '{type}', 'X-GitHub-Delivery': '{id}', 'User-Agent': 'Hookshot/1' },
  signatures: [
    { header: 'X-Hub-Signature-256', algorithm: 'hmac-sha256', value: 'sha256={signature}' },
    { header: 'X-Hub-Signature', algorithm: 'hmac-sha1', value: 'sha1={signature}' },
  ],
} as const satisfies FormatInput;

/** As https://docs.stripe.com/webhooks says. */
const STRIPE = {
  kind: 'raw',
  signatures: [
    {
      header: 'Stripe-Signature',
      algorithm: 'hmac-sha256',
      content: '{timestamp}.{body}',
      value: 't={timestamp},v1={signature}',
      repeat: ',v1={signature}',
    },
  ],
} as const satisfies FormatInput;

/** As https://shopify.dev/docs/apps/build/webhooks says. */
const SHOPIFY = {
  kind: 'raw',
  headers: { 'X-Shopify-Topic': '{type}', 'X-Shopify-Webhook-Id': '{id}' },
  signatures: [{ header: 'X-Shopify-Hmac-SHA256', algorithm: 'hmac-sha256', encoding: 'base64' }],
} as const satisfies FormatInput;

/** As https://docs.gitlab.com/user/project/integrations/webhooks says. */
const GITLAB = {
  kind: 'raw',
  headers: { 'X-Gitlab-Event': '{type}', 'X-Api-Key': 'of-the-platform' },
  signatures: [{ header: 'X-Gitlab-Token', algorithm: 'token' }],
} as const satisfies FormatInput;

const hex = (hash: string, secret: string, content: string) =>
  createHmac(hash, secret).update(content).digest('hex');

/** True where one of the signatures of the header is the secret's, as Stripe's libraries look. */
function isStripes(request: ReceivedRequest | undefined, secret: string): boolean {
  const parts = String(request?.headers['stripe-signature']).split(',');
  const time = parts.find((part) => part.startsWith('t='))?.slice(2);
  return parts.includes(`v1=${hex('sha256', secret, `${time}.${request?.body}`)}`);
}

/** Posthorn with a worker, and a receiver that answers by path. */
async function setup(
  respond: (request: ReceivedRequest, earlier: number) => ScriptedResponse = () => ({}),
  dependencies: PosthornDependencies = {},
) {
  let secret: string | undefined;
  const seen = new Map<string, number>();
  const receiver = await startReceiver({
    secret: () => secret,
    respond: (request) => {
      const earlier = seen.get(request.path) ?? 0;
      seen.set(request.path, earlier + 1);
      return respond(request, earlier);
    },
  });
  onTestFinished(() => receiver.close());
  const options = { retryBase: '20ms', retryFactor: '2', retryAttempts: 4 };
  const bundle = await openTestPosthorn(options, dependencies);
  const { posthorn, ledger } = bundle;
  /** Registers a webhook at a path. */
  async function register(path: string, format: FormatInput, own?: string) {
    const registered = await posthorn.webhooks.register({
      url: `${receiver.url}/${path}`,
      headers: { 'X-Own': 'its own' },
      format,
      ...(own === undefined ? {} : { secret: own }),
    });
    if (path === 'standard') secret = registered.secret;
    return registered;
  }
  const at = (path: string) => receiver.requests.filter((request) => request.path === `/${path}`);
  const settled = () =>
    pollUntil(
      () => ledger.delivery.count({ where: { status: 'pending' } }),
      (pending) => pending === 0,
      { what: 'the end of all deliveries' },
    );
  return { ...bundle, receiver, register, at, settled };
}

test('each format arrives as its receivers verify it, and is retried and recorded like any other', async () => {
  const { posthorn, ledger, register, at, settled } = await setup((_request, earlier) => ({
    status: earlier === 0 ? 503 : 200,
  }));
  const { secret: stripeSecret } = await register('stripe', STRIPE);
  const registered = await Promise.all([
    register('standard', { kind: 'standard' }),
    register('github', GITHUB, "It's a Secret to Everybody"),
    register('shopify', SHOPIFY, 'hush'),
    register('gitlab', GITLAB, 'a token, as it is'),
    register('slack', { kind: 'slack' }),
    register('discord', { kind: 'discord' }),
  ]);
  await posthorn.start(['worker']);
  const payload = {
    amount: 42.5,
    note: 'für “alle” <!channel>',
    list: [1, null],
    nested: { deep: true },
  };
  const { id } = await posthorn.enqueue({ type: 'expense.created', payload });
  await settled();
  const { payload: stored, createdAt } = await ledger.event.findFirstOrThrow();
  const last = (path: string) => at(path)[1];

  expect(last('standard')).toMatchObject({
    verified: true,
    body: `{"type":"expense.created","timestamp":"${createdAt.toISOString()}","data":${stored}}`,
    headers: { 'webhook-id': id, 'x-own': 'its own' },
  });
  for (const path of ['github', 'stripe', 'shopify', 'gitlab']) {
    expect(last(path)?.body).toBe(stored);
    expect(last(path)?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-own': 'its own',
    });
    expect(Object.keys(last(path)?.headers ?? {}).join()).not.toContain('webhook-s');
  }
  expect(last('github')?.headers).toMatchObject({
    'user-agent': 'Hookshot/1',
    'x-github-event': 'expense.created',
    'x-github-delivery': id,
    'x-hub-signature-256': `sha256=${hex('sha256', "It's a Secret to Everybody", stored)}`,
    'x-hub-signature': `sha1=${hex('sha1', "It's a Secret to Everybody", stored)}`,
  });
  expect(isStripes(last('stripe'), stripeSecret)).toBe(true);
  expect(last('shopify')?.headers).toMatchObject({
    'x-shopify-topic': 'expense.created',
    'x-shopify-hmac-sha256': createHmac('sha256', 'hush').update(stored).digest('base64'),
  });
  expect(last('gitlab')?.headers).toMatchObject({
    'x-gitlab-token': 'a token, as it is',
    'x-api-key': 'of-the-platform',
  });
  expect(last('slack')?.json).toEqual({
    text: `*expense.created*\n*amount:* 42.5\n*note:* für “alle” &lt;!channel&gt;\n*list:* 2 items\n*nested.deep:* true\n${id} at ${createdAt.toISOString()}`,
  });
  expect(last('discord')?.json).toMatchObject({
    embeds: [
      { title: 'expense.created', footer: { text: id }, timestamp: createdAt.toISOString() },
    ],
    allowed_mentions: { parse: [] },
  });
  for (const path of ['slack', 'discord']) {
    expect(Object.keys(last(path)?.headers ?? {}).join()).not.toMatch(/signature|webhook-/);
  }

  for (const { webhook } of registered) {
    const { data } = await posthorn.webhooks.attempts(webhook.id);
    expect(data.map(({ outcome, statusCode }) => [outcome, statusCode])).toEqual([
      ['ok', 200],
      ['http_status', 503],
    ]);
    expect(await posthorn.webhooks.get(webhook.id)).toMatchObject({
      format: { kind: webhook.format?.kind },
      successCount: 1,
      failureCount: 1,
      consecutiveFailures: 0,
    });
  }
});

test('while secrets overlap, a header with room for all has all, and one with room for one the former', async () => {
  let now = new Date();
  const { posthorn, register, at, settled } = await setup(undefined, { clock: () => now });
  const stripe = await register('stripe', STRIPE);
  const gitlab = await register('gitlab', GITLAB, 'former');
  await posthorn.start(['worker']);
  const rotated = await posthorn.webhooks.rotateSecret(stripe.webhook.id);
  const given = await posthorn.webhooks.rotateSecret(gitlab.webhook.id, { secret: 'present' });
  expect(given.secret).toBe('present');

  await posthorn.enqueue({ type: 'a', payload: 1 });
  await settled();
  expect(at('gitlab').map(({ headers }) => headers['x-gitlab-token'])).toEqual(['former']);
  expect(
    [rotated.secret, stripe.secret].map((secret) => isStripes(at('stripe')[0], secret)),
  ).toEqual([true, true]);

  now = new Date(now.getTime() + 25 * 3_600_000);
  await posthorn.runJob('partitions');
  await posthorn.enqueue({ type: 'a', payload: 2 });
  await settled();
  expect(at('gitlab').map(({ headers }) => headers['x-gitlab-token'])).toEqual([
    'former',
    'present',
  ]);
  expect(
    [rotated.secret, stripe.secret].map((secret) => isStripes(at('stripe')[1], secret)),
  ).toEqual([true, false]);
});

test('a test, a ping and a notice have the format of a delivery; a challenge needs somebody who answers', async () => {
  const { posthorn, register, at, receiver } = await setup(({ body }) => ({
    body: String(JSON.parse(body).challenge),
  }));
  const { webhook } = await register('gitlab', GITLAB, 'a token');
  const exchange = await posthorn.tests.test(webhook.id);
  expect(at('gitlab')[0]).toMatchObject({
    json: { webhookId: webhook.id, reason: 'manual' },
    headers: { 'x-gitlab-event': 'webhook.test', 'x-gitlab-token': 'a token' },
  });
  // Whoever looks at the exchange sees none of the secrets.
  expect(exchange.request.headers).toMatchObject({
    'x-gitlab-event': 'webhook.test',
    'x-gitlab-token': '…',
    'x-api-key': '…',
    'x-own': '…',
  });

  const url = `${receiver.url}/chat`;
  const slack = { url, format: { kind: 'slack' }, operational: true } as const;
  const chat = await posthorn.webhooks.register({ ...slack, verification: 'ping' });
  expect(chat.webhook.verifiedAt).not.toBeNull();
  expect(at('chat')[0]?.json).toEqual({
    text: expect.stringContaining(`*webhook.ping*\n*webhookId:* ${chat.webhook.id}\n`),
  });
  await expect(posthorn.webhooks.register({ ...slack, verification: 'challenge' })).rejects.toThrow(
    'nobody answers a challenge in the format slack',
  );
  const raw = { url: `${receiver.url}/raw`, format: STRIPE, verification: 'challenge' } as const;
  expect((await posthorn.webhooks.register(raw)).webhook.verifiedAt).not.toBeNull();

  await posthorn.webhooks.deactivate(webhook.id, { detail: 'moved <away>' });
  await posthorn.start(['worker', 'scheduler']);
  await posthorn.runJob('notices');
  const told = await pollUntil(
    () => at('chat').map(({ json }) => (json as { text: string }).text),
    (texts) => texts.some((text) => text.includes('*webhook.deactivated*')),
    { what: 'the notice of the deactivation' },
  );
  expect(told.join('\n')).toContain('*detail:* moved &lt;away&gt;');
});

test('a hook that Slack or Discord removed is deactivated, and a rate limit waits as long as it asks', async () => {
  const { posthorn, ledger, register } = await setup(({ path }) => {
    if (path === '/slack') return { status: 404, body: 'no_service' };
    if (path === '/gone')
      return { status: 404, body: '{"message": "Unknown Webhook", "code": 10015}' };
    if (path === '/body') return { status: 429, body: '{"retry_after": 3600.5, "global": false}' };
    return { status: 429, headers: { 'retry-after': '7200.25' }, body: '{"retry_after": 1}' };
  });
  const slack = await register('slack', { kind: 'slack' });
  const gone = await register('gone', { kind: 'discord' });
  const body = await register('body', { kind: 'discord' });
  const header = await register('header', { kind: 'discord' });
  await posthorn.start(['worker']);
  await posthorn.enqueue({ type: 'a', payload: 1 });
  const ids = [slack, gone, body, header].map(({ webhook }) => webhook.id);
  const deliveries = await pollUntil(
    () => ledger.delivery.findMany(),
    (rows) => rows.every(({ attemptCount }) => attemptCount === 1),
    { what: 'an attempt of each' },
  );
  const webhooks = await Promise.all(ids.map((id) => posthorn.webhooks.get(id)));
  expect(webhooks.map(({ deactivationReason }) => deactivationReason)).toEqual([
    'gone',
    'gone',
    null,
    null,
  ]);
  expect(webhooks[0]?.deactivationDetail).toBe(
    'the endpoint answered 404, and that it does not exist',
  );
  const history = await posthorn.webhooks.history(slack.webhook.id);
  expect(history.data[0]?.detail).toBe(webhooks[0]?.deactivationDetail);
  const attempts = await ledger.attempt.findMany();
  const waitedMs = [body, header].map(({ webhook }) => {
    const mine = ({ webhookId }: { webhookId: string }) => webhookId === webhook.id;
    const attempt = attempts.find(mine);
    const ended = Number(attempt?.startedAt) + Number(attempt?.durationMs);
    return Number(deliveries.find(mine)?.dueAt) - ended;
  });
  expect(waitedMs).toEqual([3_600_500, 7_200_250]);
});
