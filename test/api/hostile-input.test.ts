import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/domain/id.js';
import { hostileJson, hostileText, writeObject } from '../support/hostile-json.js';
import { exchange, type RawAnswer, sendRaw } from './raw-request.js';
import { openWalkedApi, type Route, type WalkedApi } from './routes.js';
import { API_KEY } from './setup.js';

const DOCUMENT = new URL('../../docs/http-api.md', import.meta.url);

const AUTHORIZATION = `authorization: Bearer ${API_KEY}`;
const JSON_TYPE = 'content-type: application/json';

/** The fields of each body with JSON that fits: what is not hostile lets a request get far. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'POST /v1/webhooks': {
    url: '"https://hooks.example.com/"',
    accountId: '"one"',
    eventTypes: '["a.*"]',
    tier: '"low"',
    description: '"text"',
    headers: '{"x-a":"b"}',
    format: '{"kind":"raw","headers":{"x-b":"{id}"}}',
    maxInFlight: '5',
    rateLimit: '1',
  },
  'PATCH /v1/webhooks/:id': {
    url: '"https://hooks.example.com/"',
    eventTypes: '[]',
    tier: '"low"',
    description: '"text"',
    headers: '{}',
    format: 'null',
    maxInFlight: 'null',
    rateLimit: 'null',
  },
  'PUT /v1/accounts/:accountId/format': { format: '{"kind":"slack"}' },
  'POST /v1/webhooks/:id/rotate-secret': { overlap: '"1h"', secret: '"s"' },
  'POST /v1/webhooks/:id/reactivate': { owed: '"replay"' },
  'POST /v1/events': { type: '"a.b"', payload: '1', accountId: '"one"', idempotencyKey: '"k"' },
  'POST /v1/events/batch': { events: '[{"type":"a.b","payload":1}]' },
  'POST /v1/zombies/sweep': { dryRun: 'true' },
  'POST /v1/rules': {
    name: '"r"',
    metric: '"successRate"',
    comparison: '"below"',
    threshold: '0.9',
    resolveAt: 'null',
    window: '"1h"',
    minimum: '5',
    scope: '{"tier":"low"}',
    channelIds: '[]',
    cooldown: '"1h"',
    quietHours: '{"from":"22:00","to":"07:00"}',
    accountId: '"one"',
  },
  'POST /v1/rules/dry-run': {
    name: '"r"',
    metric: '"breakerOpen"',
    comparison: '"above"',
    threshold: '"5m"',
    days: '3',
  },
  'POST /v1/keys': { name: '"a"', role: '"viewer"', accountId: '"one"' },
};

/** Parameters of the routes' queries. */
const PARAMETERS = ['accountId', 'limit', 'cursor', 'active', 'webhookId', 'eventId', 'status'];

let documented: ReadonlyMap<string, number>;

beforeAll(async () => {
  const text = await readFile(DOCUMENT, 'utf8');
  const rows = text.matchAll(/^\| (\d{3}) +\| `(\w+)` +\|/gm);
  documented = new Map([...rows].map(([, status, code = '']) => [code, Number(status)]));
});

/** Fails unless the answer is 2xx, or a 4xx with a code that the document has for this status. */
function expectDocumented({ status, head, body }: RawAnswer, method = 'GET'): void {
  if (status >= 200 && status < 300) return;
  expect({ status, head, body }).toMatchObject({
    status: expect.toSatisfy((code) => code >= 400 && code < 500),
    head: expect.stringMatching(/^content-type: application\/problem\+json/im),
  });
  if (method === 'HEAD') return;
  const problem = JSON.parse(body);
  expect([problem.code, problem.status]).toEqual([
    problem.code,
    documented.get(String(problem.code)),
  ]);
  expect(problem.status).toBe(status);
}

interface Enqueued {
  readonly id: string;
  readonly deliveries: number;
  readonly duplicate: boolean;
}

/**
 * Fails unless the ledger holds the events that were answered with 202 and no others, each with as many
 * deliveries as the answer said, and a plain request does what it should.
 */
async function expectConsistent(
  { call, ledger }: Pick<WalkedApi, 'call' | 'ledger'>,
  enqueued: readonly Enqueued[],
): Promise<void> {
  const events = await ledger.event.findMany({ select: { id: true } });
  const fresh = enqueued.filter(({ duplicate }) => !duplicate);
  expect(events.map(({ id }) => id).toSorted()).toEqual(fresh.map(({ id }) => id).toSorted());
  const groups = await ledger.delivery.groupBy({ by: ['eventId'], _count: { _all: true } });
  const counted = new Map(groups.map(({ eventId, _count }) => [eventId, _count._all]));
  for (const { id, deliveries } of fresh)
    expect([id, counted.get(id) ?? 0]).toEqual([id, deliveries]);
  expect(counted.size).toBe(fresh.filter(({ deliveries }) => deliveries > 0).length);
  const twice = await ledger.$queryRaw<unknown[]>`
    SELECT 1 FROM posthorn.deliveries GROUP BY event_id, webhook_id HAVING count(*) > 1`;
  expect(twice).toEqual([]);
  for (const { id } of fresh) expect((await call('GET', `/v1/events/${id}`)).status).toBe(200);
  const webhook = { url: 'https://hooks.example.com/', accountId: 'plain' };
  expect((await call('POST', '/v1/webhooks', { json: webhook })).status).toBe(201);
  const json = { type: 'a.b', payload: { n: 1 }, accountId: 'plain' };
  const { status, body } = await call('POST', '/v1/events', { json });
  expect([status, body]).toMatchObject([202, { deliveries: 1, duplicate: false }]);
  const found = await call('GET', `/v1/events/${body.id}`);
  expect(found.body).toMatchObject({ payload: { n: 1 }, deliveries: { pending: 1 } });
}

/** What an answer to an enqueueing route says was enqueued. */
function enqueuedIn({ url }: Route, { status, body }: RawAnswer): readonly Enqueued[] {
  if (status !== 202 || !url.startsWith('/v1/events')) return [];
  const answer = JSON.parse(body);
  return Array.isArray(answer.data) ? answer.data : [answer];
}

/** A body for a route: fields that fit among hostile ones, or nothing but hostile. */
function hostileBody(route: Route): fc.Arbitrary<string | Uint8Array> {
  const fields = Object.entries(FIELDS[`${route.method} ${route.url}`] ?? {});
  const event = Object.entries(FIELDS['POST /v1/events'] ?? {});
  const mixed = mixedObject(fields);
  return fc.oneof(
    { weight: 6, arbitrary: mixed },
    ...(route.url === '/v1/events/batch'
      ? [
          {
            weight: 6,
            arbitrary: fc
              .array(mixedObject(event), { minLength: 1, maxLength: 3 })
              .map((events) => `{"events":[${events.join()}]}`),
          },
        ]
      : []),
    { weight: 2, arbitrary: hostileJson },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    { weight: 1, arbitrary: mixed.map((text) => `\ufeff${text}`) },
    { weight: 1, arbitrary: mixed.map((text) => Buffer.from(text, 'utf16le')) },
    { weight: 1, arbitrary: mixed.map((text) => text.slice(0, -1)) },
    { weight: 1, arbitrary: mixed.map((text) => `[${text}]`) },
  );
}

/** An object whose fields mostly fit; some are hostile, missing, there twice, or unknown. */
function mixedObject(fields: readonly (readonly [string, string])[]): fc.Arbitrary<string> {
  const field = ([name, fits]: readonly [string, string]) =>
    fc.oneof(
      { weight: 25, arbitrary: fc.constant([[name, fits]] as const) },
      { weight: 2, arbitrary: hostileJson.map((json) => [[name, json]] as const) },
      { weight: 1, arbitrary: fc.constant([]) },
      {
        weight: 1,
        arbitrary: hostileJson.map(
          (json) =>
            [
              [name, json],
              [name, fits],
            ] as const,
        ),
      },
    );
  const unknown = fc.option(fc.tuple(hostileText, hostileJson), { freq: 8 });
  return fc
    .tuple(fc.tuple(...fields.map(field)), unknown)
    .map(([known, extra]) => writeObject([...known.flat(), ...(extra === null ? [] : [extra])]));
}

const hostileQuery = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...PARAMETERS), hostileText), hostileText), {
    maxLength: 3,
  })
  .map((pairs) => pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&'));

/** Percent-encoded; lone surrogates, which encodeURIComponent refuses, as the bytes that some send. */
function encode(text: string): string {
  return [...text.slice(0, 300)]
    .map((character) => (character.isWellFormed() ? encodeURIComponent(character) : '%ED%A0%80'))
    .join('');
}

const contentType = fc.oneof(
  { weight: 8, arbitrary: fc.constant(JSON_TYPE) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'content-type: application/json; charset=utf-16',
      'content-type: APPLICATION/JSON',
      'content-type: application/json, application/json',
      'content-type: application/problem+json',
      'content-type: text/plain',
      'content-type: multipart/form-data; boundary=x',
      'content-type: ',
      'content-type: application/json;'.padEnd(3_000, ' x'),
      'x-none: 1',
    ),
  },
);

test('whatever a route is sent, it answers 2xx or a documented 4xx, and the ledger stays consistent', async () => {
  const api = await openWalkedApi();
  const { address, routes, posthorn } = api;
  await posthorn.webhooks.register({ url: 'https://hooks.example.com/', accountId: 'one' });
  await posthorn.webhooks.register({ url: 'https://hooks.example.com/', eventTypes: ['a.*'] });
  const enqueued: Enqueued[] = [];
  for (const route of routes) {
    const id = fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: hostileText.map(encode) },
    );
    const request = fc.record({
      id,
      query: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, hostileQuery),
      type: contentType,
      body:
        route.method === 'GET' || route.method === 'HEAD'
          ? fc.constant(undefined)
          : hostileBody(route),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ id, query, type, body }) => {
        const path = route.url.replace(':id', id ?? (await freshId(api, route, enqueued)));
        const answer = await sendRaw(address, {
          method: route.method,
          path: query === '' ? path : `${path}?${query}`,
          headers: [AUTHORIZATION, ...(body === undefined ? [] : [type])],
          ...(body === undefined ? {} : { body }),
        });
        enqueued.push(...enqueuedIn(route, answer));
        expectDocumented(answer, route.method);
      }),
      {
        numRuns: route.method === 'GET' || route.method === 'HEAD' ? 8 : 25,
      },
    );
  }
  await expectConsistent(api, enqueued);
});

/** The id of a thing that a route may do its work on. */
async function freshId(
  { posthorn }: WalkedApi,
  { url }: Route,
  enqueued: Enqueued[],
): Promise<string> {
  switch (url.split('/')[2]) {
    case 'webhooks': {
      const input = { url: 'https://hooks.example.com/', accountId: 'two' };
      const { webhook } = await posthorn.webhooks.register(input);
      if (url.endsWith('/reactivate')) await posthorn.webhooks.deactivate(webhook.id);
      return webhook.id;
    }
    case 'events':
    case 'deliveries': {
      const event = await posthorn.enqueue({ type: 'a.b', payload: 1, accountId: 'one' });
      enqueued.push(event);
      if (url.startsWith('/v1/events')) return event.id;
      const { data } = await posthorn.deliveries.list({ eventId: event.id, limit: 1 });
      return data[0]?.id ?? newId('dlv_', new Date());
    }
    case 'keys':
      return (await posthorn.keys.create({ name: 'a', role: 'viewer' })).apiKey.id;
    default:
      return '';
  }
}

describe('a request of an absurd form', () => {
  test('has a documented answer, whatever its path', async () => {
    const api = await openWalkedApi();
    const paths = [
      '/',
      '//',
      '/v1',
      '/v1/',
      '//v1/webhooks',
      '/v1//webhooks',
      '/v1/webhooks/',
      '/v1/webhooks/%00',
      '/v1/webhooks/%ff',
      '/v1/webhooks/%',
      '/v1/webhooks/%c0%ae',
      '/v1/webhooks/..',
      '/v1/webhooks/../../healthz',
      '/v1/webhooks/%2e%2e%2fkeys',
      '/v1/webhooks/wh_%2F',
      '/v1/webhooks;a=b',
      '/v1/webhooks#fragment',
      '/v1/webhooks?',
      '/v1/webhooks??',
      '/v1/webhooks?&&&=&',
      '/v1/webhooks?accountId=a&accountId=b',
      '/v1/webhooks?accountId[]=a',
      '/v1/webhooks?accountId[a]=b',
      '/v1/webhooks?accountId=%00',
      '/v1/webhooks?accountId=%ff',
      '/v1/webhooks?accountId=%',
      '/v1/webhooks?__proto__=a',
      '/v1/webhooks?__proto__[accountId]=a',
      '/v1/webhooks?constructor=a',
      '/v1/webhooks?limit=0x10',
      '/v1/webhooks?limit=1e1',
      '/v1/webhooks?limit=-1',
      `/v1/webhooks?${'a=1&'.repeat(2_000)}`,
      `/v1/webhooks/${'x'.repeat(8_000)}`,
      `/v1/webhooks/wh_${'0'.repeat(32)}`,
      `/v1/webhooks/wh_${'0'.repeat(32)}/nothing`,
      `/${'../'.repeat(3_000)}`,
      'http://elsewhere.example/v1/webhooks',
      '*',
      'v1/webhooks',
      '/v1/webhooks\u00e9',
    ];
    for (const method of ['GET', 'POST', 'PATCH', 'DELETE']) {
      for (const path of paths) {
        const answer = await sendRaw(api.address, { method, path, headers: [AUTHORIZATION] });
        expect([method, path, answer.status]).not.toEqual([method, path, 0]);
        expectDocumented(answer, method);
      }
    }
    await expectConsistent(api, []);
  });

  test('has a documented answer, whatever its method', async () => {
    const api = await openWalkedApi();
    for (const method of [
      'PUT',
      'OPTIONS',
      'TRACE',
      'PROPFIND',
      'SEARCH',
      'LOCK',
      'PURGE',
      'QUERY',
      'get',
      'X',
    ]) {
      for (const path of ['/v1/webhooks', '/healthz', '*']) {
        const answer = await sendRaw(api.address, { method, path, headers: [AUTHORIZATION] });
        expect([method, path, answer.status]).not.toEqual([method, path, 0]);
        expectDocumented(answer, method);
        expect(answer.status).toBeGreaterThanOrEqual(400);
      }
    }
    await expectConsistent(api, []);
  });

  test('has a documented answer, whatever its headers', async () => {
    const api = await openWalkedApi();
    const body = '{"type":"a.b","payload":1}';
    const length = `content-length: ${body.length}`;
    const enqueued: Enqueued[] = [];
    for (const headers of [
      ['content-encoding: gzip'],
      ['content-encoding: identity'],
      ['content-encoding: br, gzip, nonsense'],
      ['transfer-encoding: gzip'],
      ['transfer-encoding: chunked, gzip'],
      ['content-length: 5'],
      ['content-length: -1'],
      ['content-length: 1e3'],
      ['content-length: 99999999999999999999'],
      ['expect: 100-continue'],
      ['expect: the unexpected'],
      ['upgrade: websocket', 'connection: upgrade, close'],
      [
        'upgrade: h2c',
        'connection: upgrade, http2-settings, close',
        'http2-settings: AAMAAABkAAQAAP__',
      ],
      ['authorization: Bearer other'],
      ['accept: text/html', 'accept-encoding: nonsense', 'accept-version: 2.0.0'],
      ['host: a', 'host: b'],
      ['x-http-method-override: DELETE'],
      ['x-forwarded-for: 1', 'x-forwarded-proto: javascript', 'x-forwarded-host: \u00ff'],
      ['if-none-match: *', 'range: bytes=0-1'],
      ['x y: z'],
      ['x: a\u0000b'],
      [': empty'],
      ['__proto__: a', 'constructor: b'],
      [...Array(3_000).keys()].map((n) => `x-${n}: y`),
    ]) {
      const lines = [
        'POST /v1/events HTTP/1.1',
        ...(headers.some((line) => line.startsWith('host')) ? [] : ['host: posthorn']),
        ...(headers.some((line) => line.startsWith('connection')) ? [] : ['connection: close']),
        ...(headers.some((line) => /^(content-length|transfer)/.test(line)) ? [] : [length]),
        AUTHORIZATION,
        JSON_TYPE,
        ...headers,
      ];
      const answer = await exchange(
        api.address,
        Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'),
        body,
      );
      const final = afterContinue(answer);
      expect([headers[0], final.status]).not.toEqual([headers[0], 0]);
      expectDocumented(final);
      enqueued.push(
        ...enqueuedIn({ method: 'POST', url: '/v1/events', permission: undefined }, final),
      );
    }
    await expectConsistent(api, enqueued);
  });

  test('has a documented answer where it is hardly HTTP', async () => {
    const api = await openWalkedApi();
    for (const bytes of [
      'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n',
      'GET /healthz HTTP/1.1\r\nhost: \r\nconnection: close\r\n\r\n',
      'GET /healthz HTTP/9.9\r\nhost: a\r\nconnection: close\r\n\r\n',
      'GET  /healthz  HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
      'CONNECT posthorn:80 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
      'GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n folded: b\r\n\r\n',
      '\0\0\0\0\r\n\r\n',
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`,
    ]) {
      const answer = await exchange(api.address, Buffer.from(bytes, 'latin1'));
      expect([bytes.slice(0, 60), answer.status]).not.toEqual([bytes.slice(0, 60), 0]);
      expectDocumented(answer);
    }
    await expectConsistent(api, []);
  });
});

/** The answer after `100 Continue`, where that came first. */
function afterContinue(answer: RawAnswer): RawAnswer {
  if (answer.status !== 100) return answer;
  const end = answer.body.indexOf('\r\n\r\n');
  const head = answer.body.slice(0, end);
  return { status: Number(head.slice(9, 12)), head, body: answer.body.slice(end + 4) };
}

test('what JavaScript or PostgreSQL would change silently is refused', async () => {
  const api = await openWalkedApi();
  const deep = '['.repeat(501) + ']'.repeat(501);
  const webhook = '"url":"https://hooks.example.com/"';
  for (const [path, raw, code] of [
    ['/v1/events', '{"type":"a.b","payload":1e400}', 'validation_failed'],
    ['/v1/events', '{"type":"a.b","payload":{"a":[-1E+999]}}', 'validation_failed'],
    ['/v1/events', `{"type":"a.b","payload":${'9'.repeat(400)}}`, 'validation_failed'],
    ['/v1/events', `{"type":"a.b","payload":${deep}}`, 'invalid_payload'],
    ['/v1/events/batch', '{"events":{"length":{"toString":1}}}', 'validation_failed'],
    ['/v1/webhooks', `{${webhook},"description":"\\ud800"}`, 'invalid_input'],
    ['/v1/webhooks', `{${webhook},"description":"\\u0000"}`, 'invalid_input'],
    ['/v1/webhooks', `{${webhook},"headers":{"__proto__":"a"}}`, 'validation_failed'],
    ['/v1/webhooks', `{${webhook},"__proto__":{"tier":"low"}}`, 'validation_failed'],
  ] as const) {
    const { status, body } = await api.call('POST', path, { raw });
    expect([raw.slice(0, 80), status, body.code]).toEqual([raw.slice(0, 80), 400, code]);
  }
  for (const path of ['/v1/webhooks?search=%00', '/v1/deliveries?outcome=a%00']) {
    const { status, body } = await api.call('GET', path);
    expect([path, status, body.code]).toEqual([path, 400, 'validation_failed']);
  }
  await expectConsistent(api, []);
});

test('a payload that fits is kept, at its deepest and with text that looks like large numbers', async () => {
  const api = await openWalkedApi();
  const enqueued: Enqueued[] = [];
  const texts = ['1e400', '9'.repeat(400)];
  for (const payload of [
    '['.repeat(500) + ']'.repeat(500),
    JSON.stringify({ texts, large: 1.7e308, small: Number.MIN_VALUE, '1e400': 0 }),
  ]) {
    const raw = `{"type":"a.b","payload":${payload}}`;
    const { status, body } = await api.call<Enqueued>('POST', '/v1/events', { raw });
    expect(status).toBe(202);
    enqueued.push(body);
    const found = await api.call('GET', `/v1/events/${body.id}`);
    expect(JSON.stringify(found.body.payload)).toBe(payload);
  }
  await expectConsistent(api, enqueued);
});
