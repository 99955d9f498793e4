import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Webhook as Verifier } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import { createChannelSender } from '../../src/alerts/channel-sender.js';
import { createMailer } from '../../src/alerts/mailer.js';
import { readSettings } from '../../src/config.js';
import { createSecretBox, createSecretKey } from '../../src/domain/secret-box.js';
import { createPosthorn } from '../../src/posthorn.js';
import { forever, setupReceiver, setupSender } from '../delivery/setup.js';
import { startMailServer } from '../support/mail-server.js';
import { pollUntil } from '../support/poll.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { startReceiver } from '../support/receiver.js';
import { drip } from '../support/tcp-server.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A clock that is set by hand. */
function handClock(start = '2026-03-01T12:00:00Z') {
  let now = new Date(start);
  return {
    clock: () => now,
    pass(ms: number) {
      now = new Date(now.getTime() + ms);
    },
  };
}

test('warnings and a deactivation are told once each, by e-mail and by Slack, whoever runs the jobs', async () => {
  const { clock, pass } = handClock();
  const mail = await startMailServer();
  const slack = await startReceiver();
  const { posthorn, ledger, options } = await openTestPosthorn(
    {
      smtpUrl: mail.url,
      mailFrom: 'Posthorn <hooks@example.com>',
      webhookLink: 'https://app.example.com/hooks/{webhookId}?of={accountId}',
      zombieAfterStandard: '100d',
    },
    { clock },
  );
  const others = [
    await createPosthorn(options, { clock }),
    await createPosthorn(options, { clock }),
  ];
  onTestFinished(async () => {
    await Promise.all(others.map((other) => other.stop()));
    await slack.close();
  });
  const all = [posthorn, ...others];
  const everywhere = async (...names: string[]) => {
    for (const name of names) await Promise.all(all.map((each) => each.runJob(name)));
  };
  const channels = [
    await posthorn.channels.create({
      name: 'ops',
      kind: 'email',
      recipients: ['a@example.com', 'b@example.com'],
    }),
    await posthorn.channels.create({
      name: 'chat',
      kind: 'slack',
      url: `${slack.url}/services/T0/secret`,
    }),
  ];
  expect(channels[1]?.url).toBe(`${slack.url}/…`);
  const { webhook } = await posthorn.webhooks.register({
    url: 'https://hooks.example.com/<in>?a=1&b=2',
  });
  await ledger.webhook.update({
    where: { id: webhook.id },
    data: {
      failingSince: clock(),
      consecutiveFailures: 12,
      lastError: 'the endpoint answered <500>',
    },
  });
  // Day by day, with a day on which no scheduler runs around the second warning.
  for (let day = 1; day <= 101; day += 1) {
    pass(DAY_MS);
    if (day === 90) continue;
    await everywhere('warnings', 'zombies', 'notices');
  }
  expect(slack.requests.map(({ json }) => (json as { text: string }).text.split('\n')[0])).toEqual([
    '*Webhook to hooks.example.com will be deactivated in 50 days*',
    '*Webhook to hooks.example.com will be deactivated in 9 days*',
    '*Webhook to hooks.example.com will be deactivated in 1 day*',
    '*Webhook to hooks.example.com was deactivated*',
  ]);
  expect(mail.mails.map(({ subject }) => subject)).toEqual([
    'Webhook to hooks.example.com will be deactivated in 50 days',
    'Webhook to hooks.example.com will be deactivated in 9 days',
    'Webhook to hooks.example.com will be deactivated in 1 day',
    'Webhook to hooks.example.com was deactivated',
  ]);
  const [first] = mail.mails;
  expect(first?.messageId).toMatch(/^<msg_[0-9a-f]{32}@example\.com>$/);
  expect(first?.text).toContain('Last error: the endpoint answered <500>');
  expect(first?.text).toContain(`https://app.example.com/hooks/${webhook.id}?of=default`);
  expect(first?.html).toContain('the endpoint answered &lt;500&gt;');
  expect(first?.text).toContain('One success is enough to end this');
  const history = await posthorn.webhooks.history(webhook.id);
  expect(history.data.map(({ type, actor }) => [type, actor])).toEqual([
    ['webhook.deactivated', 'posthorn'],
    ['webhook.warned', 'posthorn'],
    ['webhook.warned', 'posthorn'],
    ['webhook.warned', 'posthorn'],
    ['webhook.registered', 'owner'],
  ]);
  expect((await posthorn.policy.of()).told).toMatchObject({ email: 1, slack: 1, operational: 0 });
});

test('what a mail server does not take is sent again later; a warning that holds no more is not', async () => {
  const { clock, pass } = handClock();
  let refuses = true;
  const mail = await startMailServer(() => refuses);
  const { posthorn, ledger } = await openTestPosthorn(
    { smtpUrl: mail.url, zombieAfterStandard: '10d' },
    { clock },
  );
  await posthorn.channels.create({ name: 'ops', kind: 'email', recipients: ['a@example.com'] });
  const ids: string[] = [];
  for (const name of ['stays', 'recovers']) {
    const { webhook } = await posthorn.webhooks.register({ url: `https://${name}.example.com/` });
    ids.push(webhook.id);
  }
  await ledger.webhook.updateMany({ data: { failingSince: clock(), consecutiveFailures: 1 } });
  pass(5 * DAY_MS);
  await posthorn.runJob('warnings');
  await posthorn.runJob('notices');
  const tried = await ledger.message.findMany();
  expect(tried).toHaveLength(2);
  for (const message of tried) {
    expect(message).toMatchObject({ status: 'pending', attemptCount: 1 });
    expect(message.lastError).toContain('come back later');
    expect(message.dueAt > clock()).toBe(true);
  }
  await posthorn.runJob('notices');
  expect(await ledger.message.count({ where: { attemptCount: 1 } })).toBe(2);

  refuses = false;
  await ledger.webhook.update({
    where: { id: ids[1] ?? '' },
    data: {
      lastSuccess: new Date(clock().getTime() + 1),
      failingSince: null,
      consecutiveFailures: 0,
    },
  });
  pass(HOUR_MS);
  await posthorn.runJob('notices');
  expect(mail.mails.map(({ subject }) => subject)).toEqual([
    'Webhook to stays.example.com will be deactivated in 5 days',
  ]);
  const ends = await ledger.message.findMany({ orderBy: { status: 'asc' } });
  expect(ends.map(({ status }) => status)).toEqual(['sent', 'dropped']);
});

test('a server that goes on talking holds a message no longer than its limit', async () => {
  // Each answer begins, and no line of it is the last.
  const mailServer = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.write('220 slow\r\n');
    socket.once('data', () => drip(socket, forever('250-slow\r\n'), 5));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void mailServer.close());
  await once(mailServer, 'listening');
  const { port } = mailServer.address() as AddressInfo;
  const slack = await setupReceiver({ respond: () => ({ delayMs: 60_000 }) });
  const settings = readSettings({ smtpUrl: `smtp://127.0.0.1:${port}`, timeout: '5m' }, {});
  const secretBox = createSecretBox(createSecretKey());
  const sender = createChannelSender({
    mailer: createMailer(settings),
    sender: async () => setupSender(),
    secretBox,
    settings,
    limitMs: 200,
  });
  const content = {
    id: 'msg_1',
    type: 'webhook.test',
    accountId: 'a',
    webhookId: null,
    at: new Date(),
    actor: 'posthorn',
    detail: '',
    data: {},
  };
  const sealedUrl = secretBox.seal(slack.url);
  const told = await Promise.all([
    sender.send({ channelId: 'c', kind: 'email', recipients: ['a@b.c'], sealedUrl: null }, content),
    sender.send({ channelId: 'c', kind: 'slack', recipients: [], sealedUrl }, content),
  ]);
  expect(told).toEqual([
    'the mail server did not take it within 200ms',
    'no answer came within 200ms',
  ]);
});

test('an operational webhook gets notices in place of events, signed; two that fail do not tell each other', async () => {
  const listener = await startReceiver();
  const operator = await startReceiver({ respond: () => ({ status: 500 }) });
  const endpoint = await startReceiver({ respond: () => ({ status: 410 }) });
  onTestFinished(async () => {
    await Promise.all([listener, operator, endpoint].map((each) => each.close()));
  });
  const { posthorn, ledger } = await openTestPosthorn({
    operatorAccount: 'us',
    retryBase: '10ms',
    retryAttempts: 2,
    breakerFailures: 1,
    pollInterval: '100ms',
  });
  const { secret } = await posthorn.webhooks.register({
    url: listener.url,
    accountId: 'a',
    operational: true,
  });
  const { webhook: operators } = await posthorn.webhooks.register({
    url: operator.url,
    accountId: 'us',
    operational: true,
  });
  await posthorn.webhooks.register({ url: listener.url, accountId: 'b', operational: true });
  const { webhook } = await posthorn.webhooks.register({ url: endpoint.url, accountId: 'a' });
  await posthorn.start(['worker', 'scheduler']);
  await posthorn.enqueue({ type: 'expense.created', payload: 1, accountId: 'a' });
  const [told] = await listener.waitForRequests(1);
  expect(endpoint.count()).toBe(1);
  const body = new Verifier(secret).verify(
    told?.body ?? '',
    told?.headers as Record<string, string>,
  );
  expect(body).toMatchObject({
    type: 'webhook.deactivated',
    data: {
      webhookId: webhook.id,
      accountId: 'a',
      actor: 'posthorn',
      reason: 'gone',
      detail: 'the endpoint answered 410 Gone',
      url: webhook.url,
    },
  });
  // The operator's webhook fails, and its breaker opens: nobody's operational webhook hears of that.
  await operator.waitForRequests(1);
  await pollUntil(
    () => ledger.notice.findMany({ where: { webhookId: operators.id, type: 'webhook.failing' } }),
    (notices) => notices.length === 1 && notices[0]?.routedAt !== null,
  );
  expect(listener.count()).toBe(1);
  const events = await ledger.event.findMany({ where: { operational: true } });
  expect(events.map(({ accountId, type }) => [accountId, type]).toSorted()).toEqual([
    ['a', 'webhook.deactivated'],
    ['us', 'webhook.deactivated'],
  ]);
});

test('a channel is refused where it does not fit', async () => {
  const { posthorn } = await openTestPosthorn({ allowCidrs: '' });
  const refused = async (input: object, fault: string) => {
    await expect(posthorn.channels.create(input as never)).rejects.toThrow(fault);
  };
  await refused({ name: 'x', kind: 'pigeon' }, 'kind: not one of email, slack');
  await refused(
    { name: 'x', kind: 'email', recipients: ['a@b.c'] },
    'POSTHORN_SMTP_URL is not set',
  );
  await refused({ name: '', kind: 'slack', url: 'https://example.com' }, 'name: 1 to 100');
  await refused({ name: 'x', kind: 'slack' }, 'url: is needed');
  await refused({ name: 'x', kind: 'slack', url: 'http://10.0.0.1/' }, 'private');
  const noticeTypes = ['delivery.exhausted'];
  await refused(
    { name: 'x', kind: 'slack', url: 'https://example.com', noticeTypes },
    'noticeTypes',
  );
  const { posthorn: mailing } = await openTestPosthorn({ smtpUrl: 'smtp://127.0.0.1:1' });
  for (const recipients of [[], ['nobody'], ['a@b.c>\r\nRCPT TO:<x@y.z'], 'a@b.c']) {
    const input = { name: 'x', kind: 'email', recipients } as never;
    await expect(mailing.channels.create(input)).rejects.toThrow(/recipients/);
  }
  const { id } = await mailing.channels.create({ name: 'x', kind: 'email', recipients: ['a@b.c'] });
  expect(await mailing.channels.test(id)).toMatchObject({
    ok: false,
    error: expect.stringContaining('ECONNREFUSED'),
  });
});
