import { expect, onTestFinished, test } from 'vitest';
import { createPosthorn } from '../../src/posthorn.js';
import { runJson } from '../support/command-line.js';
import { pollUntil } from '../support/poll.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { type ReceivedRequest, startReceiver } from '../support/receiver.js';

const MINUTE = 60_000;

async function setup() {
  const receiver = await startReceiver({ respond: () => ({ status: 200, body: 'thanks' }) });
  onTestFinished(() => receiver.close());
  let now = new Date();
  const bundle = await openTestPosthorn({}, { clock: () => now });
  const { posthorn, ledger } = bundle;
  await posthorn.start(['worker']);
  return {
    ...bundle,
    receiver,
    pass(ms: number) {
      now = new Date(now.getTime() + ms);
    },
    /** Delivers an event to the one webhook there is. @returns the attempt's id, and what arrived */
    async deliver(payload: unknown = { note: 'Zoë' }) {
      const event = await posthorn.enqueue({ type: 'expense.created', payload });
      const { data } = await posthorn.deliveries.list({ eventId: event.id });
      const attempt = await pollUntil(
        () => ledger.attempt.findFirst({ where: { deliveryId: String(data[0]?.id) } }),
        (found) => found !== null,
      );
      return { id: String(attempt?.id), request: receiver.requests.at(-1) };
    },
  };
}

/** The headers of a request that are a webhook's, in the order of their names. */
const webhookHeaders = (headers: ReceivedRequest['headers'] | undefined) =>
  Object.entries(headers ?? {})
    .filter(([name]) => name.startsWith('webhook-') || name.startsWith('x-'))
    .toSorted();

test('an attempt shows what arrived, to the byte, while its webhook has not changed', async () => {
  const { posthorn, receiver, deliver } = await setup();
  const url = `${receiver.url}/hook?a=1`;
  const { webhook } = await posthorn.webhooks.register({ url, headers: { 'X-Team': 'hush' } });
  const { id, request } = await deliver();
  const attempt = await posthorn.attempts.get(id);
  expect(attempt).toMatchObject({
    webhookId: webhook.id,
    responseExcerpt: 'thanks',
    exact: true,
    doubt: null,
    request: {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', 'user-agent': 'Posthorn/…' },
      body: request?.body,
    },
  });
  const arrived = webhookHeaders({ ...request?.headers, 'x-team': '…' });
  expect(webhookHeaders(attempt.request?.headers)).toEqual(arrived);
  await expect(posthorn.attempts.get(id, { accountId: 'other' })).rejects.toThrow('no attempt');
});

test('its signatures are those of the secrets that were live then, or left out where one is lost', async () => {
  const { posthorn, options, receiver, pass, deliver } = await setup();
  const { webhook } = await posthorn.webhooks.register({ url: receiver.url });
  pass(MINUTE);
  await posthorn.webhooks.rotateSecret(webhook.id, { overlapMs: 5 * MINUTE });
  pass(MINUTE);
  const { id, request } = await deliver();
  pass(10 * MINUTE);
  const signature = request?.headers['webhook-signature'];
  expect(String(signature).split(' ')).toHaveLength(2);
  expect(await posthorn.attempts.get(id)).toMatchObject({
    exact: true,
    request: { headers: { 'webhook-signature': signature } },
  });
  // The expired one stays sealed with a key that is let go.
  const keys = { secretKey: Buffer.alloc(32, 1).toString('base64') };
  const clock = () => new Date(Date.now() + 30 * MINUTE);
  const former = { ...options, ...keys, formerSecretKeys: String(options.secretKey) };
  const both = await createPosthorn(former, { clock });
  expect(await both.webhooks.rekey()).toMatchObject({ rekeyed: 1 });
  await both.stop();
  const alone = await createPosthorn({ ...options, ...keys }, { clock });
  onTestFinished(() => alone.stop());
  expect(await alone.attempts.get(id)).toMatchObject({
    exact: false,
    doubt: expect.stringContaining('can be opened no more'),
    request: { headers: { 'webhook-signature': '…' }, body: request?.body },
  });
});

test('it says what may have been otherwise, and what is not known any more', async () => {
  const { posthorn, ledger, options, receiver, pass, deliver } = await setup();
  const { webhook } = await posthorn.webhooks.register({ url: receiver.url });
  const { id } = await deliver();
  const doubts = async () => {
    const { request, exact, doubt } = await posthorn.attempts.get(id);
    expect(exact).toBe(false);
    return [request?.url, request?.headers['webhook-signature'], doubt];
  };

  // The default of its account is one of the things that make the request.
  pass(MINUTE);
  await posthorn.formats.set({ kind: 'slack' });
  expect(await doubts()).toEqual([webhook.url, undefined, expect.stringContaining('changed at')]);
  await posthorn.formats.remove();
  expect((await doubts())[1]).toBe('…');

  // So soon after a change a worker may not know of it.
  const url = `${receiver.url}/new`;
  const { updatedAt } = await posthorn.webhooks.update(webhook.id, { url });
  expect(await doubts()).toEqual([url, '…', expect.stringContaining(updatedAt.toISOString())]);
  const soon = await deliver();
  expect((await posthorn.attempts.get(soon.id)).exact).toBe(false);
  pass(MINUTE);
  const settled = await deliver();
  expect((await posthorn.attempts.get(settled.id)).exact).toBe(true);
  const erasable = await deliver(null);
  expect(await posthorn.attempts.get(erasable.id)).toMatchObject({
    exact: false,
    doubt: expect.stringContaining('erased'),
  });

  const shown = await runJson(['delivery', 'attempt', settled.id], options);
  expect(shown).toMatchObject({ exact: true, request: { url } });
  await posthorn.webhooks.delete(webhook.id);
  expect(await doubts()).toEqual([undefined, undefined, expect.stringContaining('deleted')]);
  expect(await ledger.attempt.count()).toBe(4);
});

test('a secret that is sent as it is stays hidden', async () => {
  const { posthorn, receiver, deliver } = await setup();
  await posthorn.webhooks.register({
    url: receiver.url,
    secret: 'hush',
    format: { kind: 'raw', signatures: [{ header: 'X-Token', algorithm: 'token' }] },
  });
  const { id, request } = await deliver();
  expect(request?.headers['x-token']).toBe('hush');
  expect(await posthorn.attempts.get(id)).toMatchObject({
    exact: true,
    request: { headers: { 'x-token': '…' }, body: '{"note":"Zoë"}' },
  });
});
