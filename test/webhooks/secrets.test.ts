import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createSecretBox, createSecretKey } from '../../src/domain/secret-box.js';
import { createPosthorn } from '../../src/posthorn.js';
import { runCommand, runJson } from '../support/command-line.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { type ReceivedRequest, startReceiver } from '../support/receiver.js';

/** The schemes of a request's signatures. */
const schemesOf = ({ headers }: ReceivedRequest) =>
  String(headers['webhook-signature'])
    .split(' ')
    .map((signature) => signature.split(',')[0]);

/** True where one of the request's `v1a` signatures fits the public key. */
function isSignedBy(publicKey: string, { headers, body }: ReceivedRequest): boolean {
  const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((signature) => signature.startsWith('v1a,'))
    .some((signature) =>
      verify(null, Buffer.from(content), key, Buffer.from(signature.slice(4), 'base64')),
    );
}

describe('a webhook with Ed25519 signatures', () => {
  test('gives away its public key alone, and signs what that verifies', async () => {
    const receiver = await startReceiver();
    const { posthorn } = await openTestPosthorn();
    const { webhook, secret } = await posthorn.webhooks.register({
      url: receiver.url,
      signatureScheme: 'v1a',
    });
    expect(secret).toMatch(/^whpk_/);
    expect(webhook).toMatchObject({ signatureScheme: 'v1a', publicKey: secret });
    await posthorn.start(['worker']);
    await posthorn.enqueue({ type: 'a', payload: { name: 'Zoë' } });
    const [request] = await receiver.waitForRequests(1);
    expect(request && schemesOf(request)).toEqual(['v1a']);
    expect(request && isSignedBy(secret, request)).toBe(true);
    await receiver.close();
  });

  test('comes by a rotation too, and both schemes sign until the overlap ends', async () => {
    let secret = '';
    const receiver = await startReceiver({ secret: () => secret });
    let now = new Date();
    const { posthorn } = await openTestPosthorn({}, { clock: () => now });
    const registered = await posthorn.webhooks.register({ url: receiver.url });
    secret = registered.secret;
    const { id } = registered.webhook;
    const rotated = await posthorn.webhooks.rotateSecret(id, { signatureScheme: 'v1a' });
    await posthorn.start(['worker']);
    await posthorn.enqueue({ type: 'a', payload: 1 });
    const [first] = await receiver.waitForRequests(1);
    expect(first && schemesOf(first)).toEqual(['v1a', 'v1']);
    expect(first?.verified).toBe(true);
    expect(first && isSignedBy(rotated.secret, first)).toBe(true);
    now = new Date(now.getTime() + 25 * 3_600_000);
    await posthorn.enqueue({ type: 'a', payload: 2 });
    const [, second] = await receiver.waitForRequests(2);
    expect(second && schemesOf(second)).toEqual(['v1a']);
    // A rotation that names no scheme keeps it.
    expect((await posthorn.webhooks.rotateSecret(id)).secret).toMatch(/^whpk_/);
    await receiver.close();
  });
});

test('ten secrets sign at once and no more, however often one rotates', async () => {
  const { posthorn } = await openTestPosthorn();
  const { webhook } = await posthorn.webhooks.register({ url: 'https://example.com/' });
  const live = () => posthorn.secrets.of(webhook.id);
  for (let made = 1; made < 10; made += 1) await posthorn.webhooks.rotateSecret(webhook.id);
  const before = await live();
  expect(before).toHaveLength(10);
  const rotating = posthorn.webhooks.rotateSecret(webhook.id, { overlapMs: 1 });
  await expect(rotating).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('10 live secrets'),
    hint: expect.stringContaining('overlap 0s'),
  });
  expect(await live()).toEqual(before);
  await posthorn.webhooks.rotateSecret(webhook.id, { overlapMs: 0 });
  expect(await live()).toHaveLength(1);
});

describe('a new POSTHORN_SECRET_KEY', () => {
  test('takes the live secret along though an expired one can be opened no more', async () => {
    const [gone, former, present] = [createSecretKey(), createSecretKey(), createSecretKey()];
    const { posthorn, ledger } = await openTestPosthorn({
      secretKey: present,
      formerSecretKeys: former,
    });
    const { webhook } = await posthorn.webhooks.register({ url: 'https://example.com/' });
    const entry = (key: string, expiresAt: string | null) => ({
      sealed: createSecretBox(key).seal('whsec_abc'),
      createdAt: '2020-01-01T00:00:00.000Z',
      expiresAt,
    });
    const secrets = [entry(former, null), entry(gone, '2020-02-01T00:00:00.000Z')];
    await ledger.webhook.update({ where: { id: webhook.id }, data: { secrets } });
    expect(await posthorn.webhooks.rekey()).toEqual({ webhooks: 1, rekeyed: 1, unreadable: [] });
    expect(await posthorn.webhooks.rekey()).toMatchObject({ rekeyed: 0 });
  });

  test('is taken into use while everything runs: the former one still opens until rekey is done', async () => {
    let secret = '';
    const receiver = await startReceiver({ secret: () => secret });
    const { posthorn, ledger, options } = await openTestPosthorn();
    const { webhook, secret: shown } = await posthorn.webhooks.register({ url: receiver.url });
    secret = shown;
    const present = { ...options, secretKey: createSecretKey() };

    const alone = await runJson<{ unreadable: string[] }>(['rekey'], present);
    expect(alone).toEqual({ webhooks: 1, rekeyed: 0, unreadable: [webhook.id] });

    const both = { ...present, formerSecretKeys: String(options.secretKey) };
    const other = await createPosthorn(both);
    await other.start(['worker', 'scheduler']);
    await other.enqueue({ type: 'a', payload: 1 });
    const [before] = await receiver.waitForRequests(1);
    expect(before?.verified).toBe(true);
    const updatedAt = (await ledger.webhook.findFirstOrThrow()).updatedAt;
    expect(await runJson(['rekey'], both)).toEqual({ webhooks: 1, rekeyed: 1, unreadable: [] });
    expect(await runJson(['rekey'], both)).toEqual({ webhooks: 1, rekeyed: 0, unreadable: [] });
    expect((await ledger.webhook.findFirstOrThrow()).updatedAt).toEqual(updatedAt);
    await other.enqueue({ type: 'a', payload: 2 });
    const [, after] = await receiver.waitForRequests(2);
    expect(after?.verified).toBe(true);
    await other.stop();

    const text = await runCommand(['rekey'], present);
    expect(text).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('0 of 1') });
    await receiver.close();
  });
});
