import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../archive/setup.js';
import { readDescription } from './described-answers.js';
import { openWalkedApi } from './routes.js';
import { API_KEY, type ApiBundle, openTestApi } from './setup.js';
import { MAKERS } from './things.js';

test('the document is valid OpenAPI 3.1, and anybody may have it', async () => {
  const { address } = await openTestApi();
  const { document } = await readDescription(address);
  expect(document.openapi).toBe('3.1.1');
  expect(await new Validator().validate({ ...document })).toEqual({ valid: true });
});

test('the document has every route, under a tag that it describes', async () => {
  const { address, routes } = await openWalkedApi();
  const { document, operations } = await readDescription(address);
  const described = operations.map(({ method, template }) => `${method.toUpperCase()} ${template}`);
  const registered = routes
    .filter(({ method, url }) => method !== 'HEAD' && url !== '/openapi.json')
    .map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
  expect(described.toSorted()).toEqual(registered.toSorted());

  const tags = operations.flatMap(({ operation }) => operation.tags);
  expect(new Set(tags)).toEqual(new Set(document.tags.map(({ name }) => name)));
});

/** Lists that are short by themselves: of ids that are asked for, of secrets that sign, of processes. */
const SHORT = ['listWebhookHealth', 'listWebhookSecrets', 'listProcesses'];

test('every list is paged', async () => {
  const { address } = await openTestApi();
  const { operations } = await readDescription(address);
  const lists = operations.filter(
    ({ method, operation }) =>
      method === 'get' &&
      isList(operation.responses[200]) &&
      !SHORT.includes(operation.operationId),
  );
  expect(lists.length).toBeGreaterThan(8);
  for (const { operation } of lists) {
    const names = (operation.parameters ?? []).map(({ name }) => name);
    expect(names, operation.operationId).toEqual(expect.arrayContaining(['limit', 'cursor']));
  }
});

/** What must have happened before an example of an operation succeeds. */
const BEFORE: Readonly<Record<string, (bundle: ApiBundle, id: string) => Promise<unknown>>> = {
  reactivateWebhook: ({ call }, id) => call('POST', `/v1/webhooks/${id}/deactivate`),
};

test('every example succeeds, and every answer is as the document says', async () => {
  const bundle = await openTestApi({ archive: await temporaryFolder() });
  const { operations, check } = await readDescription(bundle.address);
  for (const { method, template, operation, idPrefix, examples } of operations) {
    expect({ method, template, examples }).not.toMatchObject({ examples: [] });
    for (const example of examples) {
      const id = await MAKERS[idPrefix]?.(bundle);
      await BEFORE[operation.operationId]?.(bundle, String(id));
      const path = template.replace('{id}', String(id));
      const answer = await send(bundle, { method, path, example });
      expect({ ...answer, example }).toMatchObject({ status: expect.toSatisfy(isGood) });
      check(answer);
    }
  }
});

test('every problem is as the document says', async () => {
  const bundle = await openTestApi();
  const { operations, check } = await readDescription(bundle.address);
  for (const { method, template, operation, idPrefix, examples } of operations) {
    const [example] = examples;
    const path = template.replace('{id}', `${idPrefix}${'0'.repeat(32)}`);
    const unknownField = await send(bundle, { method, path, example, query: '?colour=red' });
    const withoutKey = await send(bundle, { method, path, example, key: '' });
    const unknownId = await send(bundle, { method, path, example });
    if (operation.security.length > 0) expect(withoutKey.status).toBe(401);
    if (template.includes('{id}')) expect({ ...unknownId }).toMatchObject({ status: 404 });
    for (const answer of [unknownField, withoutKey, unknownId]) check(answer);
  }
});

/** True for an answer whose `data` is an array. */
function isList(answer: unknown): boolean {
  return /"data":\{[^{}]*"type":"array"/.test(JSON.stringify(answer));
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300;
}

async function send(
  { address }: Pick<ApiBundle, 'address'>,
  request: { method: string; path: string; example: unknown; query?: string; key?: string },
) {
  const { method, path, example, query = '', key = API_KEY } = request;
  const response = await fetch(`${address}${path}${query}`, {
    method: method.toUpperCase(),
    headers: {
      authorization: `Bearer ${key}`,
      ...(example === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(example === undefined ? {} : { body: JSON.stringify(example) }),
  });
  const type = response.headers.get('content-type') ?? '';
  return { method, path, status: response.status, type, text: await response.text() };
}
