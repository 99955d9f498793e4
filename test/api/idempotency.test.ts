import { randomUUID } from 'node:crypto';
import { fastify } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { addIdempotency } from '../../src/api/idempotency.js';
import type { ZodTypeProvider } from '../../src/api/validation.js';
import { createSecretBox, createSecretKey } from '../../src/domain/secret-box.js';
import { createPosthorn } from '../../src/posthorn.js';
import { temporaryFolder } from '../archive/setup.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { startReceiver } from '../support/receiver.js';
import { readDescription } from './described-answers.js';
import { type Answer, type ApiBundle, bearing, makeKey, openTestApi } from './setup.js';
import { MAKERS } from './things.js';

const NEW_WEBHOOK = { url: 'https://hooks.example.com/posthorn' };

interface Sent {
  readonly json?: unknown;
  readonly headers?: Record<string, string>;
}

/** Sends requests with one Idempotency-Key. */
function keyed({ call }: Pick<ApiBundle, 'call'>, key: string = randomUUID()) {
  return (path: string, { json, headers }: Sent = {}): Promise<Answer<Record<string, unknown>>> =>
    call('POST', path, { json, headers: { 'idempotency-key': key, ...headers } });
}

/** As if the process that carries a request out had died. */
async function forgetOutcome({ ledger }: Pick<ApiBundle, 'ledger'>): Promise<void> {
  await ledger.requestAnswer.updateMany({ data: { sealed: null, busyUntil: new Date(0) } });
}

test('every POST that makes something takes a key, and answers the same request as before', async () => {
  const bundle = await openTestApi({ archive: await temporaryFolder() });
  const { operations, check } = await readDescription(bundle.address);
  const making = operations.filter(
    ({ method, operation }) =>
      method === 'post' && ['201', '202'].some((s) => s in operation.responses),
  );
  for (const { template, operation, idPrefix, examples } of making) {
    // The receiver sees the same webhook-id, so that a second delivery does no harm.
    if (operation.operationId === 'retryDelivery') continue;
    expect(operation).toMatchObject({
      parameters: expect.arrayContaining([expect.objectContaining({ name: 'Idempotency-Key' })]),
    });
    const path = template.replace('{id}', String(await MAKERS[idPrefix]?.(bundle)));
    const [json] = examples;
    const send = keyed(bundle);
    const first = await send(path, { json });
    const second = await send(path, { json });
    expect([template, first.status]).toEqual([template, expect.toSatisfy(isGood)]);
    expect([template, second.status, second.body]).toEqual([template, first.status, first.body]);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    const type = second.headers.get('content-type') ?? '';
    check({ method: 'post', path, status: second.status, type, text: JSON.stringify(second.body) });
  }
  expect(making.length).toBeGreaterThan(7);
});

test('a POST that makes something and does not say what the key does is not registered', async () => {
  const { posthorn } = await openTestPosthorn();
  const server = fastify();
  onTestFinished(() => server.close());
  addIdempotency(server.withTypeProvider<ZodTypeProvider>(), posthorn);
  const schema = { response: { 201: z.object({}) } };
  expect(() => server.post('/v1/things', { schema }, async () => ({}))).toThrow(
    'the route POST /v1/things names no idempotency in its config',
  );
});

test('the answer is kept sealed, also under a new secret key, until its time is over', async () => {
  let now = new Date();
  const bundle = await openTestApi({}, { clock: () => now });
  const { ledger, options, posthorn } = bundle;
  const send = keyed(bundle);
  const { body } = await send('/v1/webhooks', { json: NEW_WEBHOOK });
  const kept = await ledger.requestAnswer.findFirstOrThrow();
  expect(JSON.stringify(kept)).not.toContain(String(body.secret).slice(6));

  const secretKey = createSecretKey();
  const other = await createPosthorn({
    ...options,
    secretKey,
    formerSecretKeys: String(options.secretKey),
  });
  onTestFinished(() => other.stop());
  await other.webhooks.rekey();
  const { sealed } = await ledger.requestAnswer.findFirstOrThrow();
  expect(JSON.parse(createSecretBox(secretKey).open(String(sealed)))).toMatchObject({
    status: 201,
  });

  now = new Date(now.getTime() + 8 * 86_400_000);
  await posthorn.runJob('cleanup');
  const again = await send('/v1/webhooks', { json: NEW_WEBHOOK });
  expect(again.body.id).not.toBe(body.id);
});

test('the same request at the same time is told that it is under way', async () => {
  let answerPing = () => {};
  const pinged = new Promise<void>((resolve) => {
    answerPing = resolve;
  });
  const receiver = await startReceiver({
    respond: async () => {
      await pinged;
      return {};
    },
  });
  onTestFinished(() => receiver.close());
  const bundle = await openTestApi({ timeout: '5m' });
  const send = keyed(bundle);
  const json = { url: receiver.url, verification: 'ping' };
  const first = send('/v1/webhooks', { json });
  await receiver.waitForRequests(1);
  // An endpoint may take its whole time limit to answer.
  const { createdAt, busyUntil } = await bundle.ledger.requestAnswer.findFirstOrThrow();
  expect(busyUntil.getTime() - createdAt.getTime()).toBeGreaterThan(5 * 60_000);
  const second = await send('/v1/webhooks', { json });
  expect([second.status, second.body.code]).toEqual([409, 'request_in_progress']);
  expect(second.headers.get('retry-after')).toBe('1');
  answerPing();
  expect((await first).status).toBe(201);
  expect((await send('/v1/webhooks', { json })).body).toEqual((await first).body);
  expect(await bundle.ledger.webhook.count()).toBe(1);
});

test('another request with the same key is refused, and that of another caller or route is not', async () => {
  const bundle = await openTestApi();
  const send = keyed(bundle, '"a key, as the draft writes it"');
  const first = await send('/v1/webhooks', { json: NEW_WEBHOOK });
  const changed = await send('/v1/webhooks', { json: { ...NEW_WEBHOOK, tier: 'low' } });
  expect([changed.status, changed.body.code]).toEqual([422, 'idempotency_key_reused']);

  const { key } = await makeKey(bundle.call, { role: 'operator' });
  const ofOther = await send('/v1/webhooks', { json: NEW_WEBHOOK, headers: bearing(key) });
  expect([ofOther.status, ofOther.body.id === first.body.id]).toEqual([201, false]);
  const rotated = await send(`/v1/webhooks/${first.body.id}/rotate-secret`);
  expect(rotated.status).toBe(200);
});

test('what was refused may be sent again, mended', async () => {
  const bundle = await openTestApi();
  const send = keyed(bundle);
  const refused = await send('/v1/webhooks', { json: { url: 'https://10.0.0.1/' } });
  expect(refused.status).toBe(400);
  expect((await send('/v1/webhooks', { json: NEW_WEBHOOK })).status).toBe(201);

  const tooLong = await keyed(bundle, 'x'.repeat(256))('/v1/webhooks', { json: NEW_WEBHOOK });
  expect(tooLong.status).toBe(400);
  expect(tooLong.body.errors).toEqual([
    { field: 'Idempotency-Key', detail: 'must be 1 to 255 printable ASCII characters' },
  ]);
});

test('a webhook whose process died before it answered is never made twice', async () => {
  const bundle = await openTestApi();
  const send = keyed(bundle);
  await send('/v1/webhooks', { json: NEW_WEBHOOK });
  await forgetOutcome(bundle);
  const again = await send('/v1/webhooks', { json: NEW_WEBHOOK });
  expect([again.status, again.body.code]).toEqual([409, 'outcome_unknown']);
  expect(await bundle.ledger.webhook.count()).toBe(1);
});

test('events whose process died before it answered are enqueued at last, and once', async () => {
  const bundle = await openTestApi();
  const event = { type: 'expense.created', payload: 1 };
  for (const [path, json] of [
    ['/v1/events', event],
    ['/v1/events/batch', { events: [event, { ...event, idempotencyKey: 'own' }] }],
  ] as const) {
    const send = keyed(bundle);
    const first = await send(path, { json });
    await forgetOutcome(bundle);
    const again = await send(path, { json });
    expect([again.status, idsOf(again.body)]).toEqual([202, idsOf(first.body)]);
    expect(again.headers.get('idempotency-replayed')).toBeNull();
  }
  expect(await bundle.ledger.event.count()).toBe(3);
});

function isGood(status: number): boolean {
  return status >= 200 && status < 300;
}

function idsOf(body: Record<string, unknown>): unknown[] {
  const { data = [body] } = body as { data?: { id: string }[] };
  return data.map(({ id }) => id);
}
