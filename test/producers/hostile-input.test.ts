import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PosthornError } from '../../src/domain/errors.js';
import { hostileText } from '../support/hostile-json.js';
import { openTestPosthorn } from '../support/posthorn.js';

/** Any value at all, as callers without types may hand in. */
const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withObjectString: true,
  withSparseArray: true,
  withTypedArray: true,
});

/** A field that fits, is hostile, or is anything. */
function field<Value>(fits: Value): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 25, arbitrary: fc.constant(fits as unknown) },
    { weight: 2, arbitrary: hostileText },
    { weight: 2, arbitrary: anything },
    {
      weight: 1,
      arbitrary: fc.constantFrom(undefined, null, NaN, -0, Infinity, Symbol('a'), 1n, Date),
    },
  );
}

const event = fc.record(
  {
    type: field('a.b'),
    payload: fc.oneof(
      field({ a: 1 }),
      fc.constantFrom(cyclic(), throwing(), { toJSON: () => undefined }, new Proxy({}, {})),
    ),
    accountId: field('one'),
    idempotencyKey: field(undefined),
  },
  { requiredKeys: [] },
);

const webhook = fc.record(
  {
    url: field('https://hooks.example.com/'),
    accountId: field('one'),
    eventTypes: fc.oneof(field(['a.*']), fc.array(field('a.b'), { maxLength: 3 })),
    tier: field('low'),
    description: field('text'),
    headers: fc.oneof(field({ 'x-a': 'b' }), fc.dictionary(hostileText, field('b'))),
    maxInFlight: field(5),
    rateLimit: field(0.5),
  },
  { requiredKeys: ['url'] },
);

function cyclic(): unknown {
  const value: { self?: unknown } = {};
  value.self = value;
  return value;
}

function throwing(): unknown {
  return {
    toJSON() {
      throw new Error('no JSON of this');
    },
  };
}

/** What a call came to: its answer, or the error of ours that it threw; fails for any other. */
async function settle<Answer>(call: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call();
  } catch (error) {
    expect(error).toBeInstanceOf(PosthornError);
    return undefined;
  }
}

test('whatever enqueue and enqueueMany are given, they take it whole or refuse it with a reason', async () => {
  const { posthorn, ledger } = await openTestPosthorn();
  await posthorn.webhooks.register({ url: 'https://hooks.example.com/', accountId: 'one' });
  const expected = new Map<string, number>();
  const note = (enqueued: { id: string; deliveries: number; duplicate: boolean }) => {
    if (!enqueued.duplicate) expected.set(enqueued.id, enqueued.deliveries);
  };
  const one = fc.oneof({ weight: 8, arbitrary: event }, { weight: 1, arbitrary: anything });
  const many = fc.oneof(
    { weight: 4, arbitrary: fc.array(event, { maxLength: 4 }) },
    { weight: 1, arbitrary: anything },
  );
  await fc.assert(
    fc.asyncProperty(one, many, async (input, inputs) => {
      const enqueued = await settle(() => posthorn.enqueue(input as never));
      if (enqueued !== undefined) note(enqueued);
      for (const answer of (await settle(() => posthorn.enqueueMany(inputs as never))) ?? []) {
        note(answer);
      }
    }),
    { numRuns: 150 },
  );
  expect(expected.size).toBeGreaterThan(10);
  const events = await ledger.event.findMany({ select: { id: true } });
  expect(events.map(({ id }) => id).toSorted()).toEqual([...expected.keys()].toSorted());
  const groups = await ledger.delivery.groupBy({ by: ['eventId'], _count: { _all: true } });
  const counted = Object.fromEntries(groups.map(({ eventId, _count }) => [eventId, _count._all]));
  for (const [id, deliveries] of expected) expect([id, counted[id] ?? 0]).toEqual([id, deliveries]);
  const plain = await posthorn.enqueue({ type: 'a.b', payload: 1, accountId: 'one' });
  expect(plain).toMatchObject({ deliveries: 1, duplicate: false });
});

test('whatever register and update are given, they take it whole or refuse it with a reason', async () => {
  const { posthorn, ledger } = await openTestPosthorn();
  const { webhooks } = posthorn;
  const kept = await webhooks.register({ url: 'https://hooks.example.com/' });
  let registered = 1;
  const input = fc.oneof({ weight: 8, arbitrary: webhook }, { weight: 1, arbitrary: anything });
  await fc.assert(
    fc.asyncProperty(input, input, hostileText, async (made, changes, id) => {
      const answer = await settle(() => webhooks.register(made as never));
      if (answer !== undefined) {
        registered += 1;
        const found = await webhooks.get(answer.webhook.id);
        expect(found).toEqual(answer.webhook);
        expect(found.headers).toEqual((made as { headers?: unknown }).headers ?? {});
        expect(found.eventTypes).toEqual((made as { eventTypes?: unknown }).eventTypes ?? []);
        expect(found.description).toBe((made as { description?: unknown }).description ?? '');
      }
      await settle(() => webhooks.update(kept.webhook.id, changes as never));
      expect(await settle(() => webhooks.update(id, changes as never))).toBeUndefined();
    }),
    { numRuns: 100 },
  );
  expect(await ledger.webhook.count()).toBe(registered);
  expect(registered).toBeGreaterThan(10);
  await webhooks.update(kept.webhook.id, { url: 'https://hooks.example.com/new', eventTypes: [] });
  expect((await posthorn.enqueue({ type: 'a.b', payload: 1 })).deliveries).toBeGreaterThan(0);
});

test('a list, an id and a reason that do not fit are refused with a reason', async () => {
  const { posthorn } = await openTestPosthorn();
  const { webhook: found } = await posthorn.webhooks.register({
    url: 'https://hooks.example.com/',
  });
  for (const text of ['\0', '\ud800', '', '__proto__']) {
    for (const [asked, code] of [
      [posthorn.webhooks.get(text), 'not_found'],
      [posthorn.webhooks.delete(text), 'not_found'],
      [posthorn.webhooks.rotateSecret(text), 'not_found'],
      [posthorn.webhooks.deactivate(text), 'not_found'],
      [posthorn.webhooks.reactivate(text), 'not_found'],
      [posthorn.webhooks.attempts(text), 'not_found'],
      [posthorn.events.get(text), 'not_found'],
      [posthorn.deliveries.get(text), 'not_found'],
      [posthorn.deliveries.retry(text), 'not_found'],
      [posthorn.webhooks.list({ cursor: text }), 'invalid_input'],
      [posthorn.deliveries.list({ cursor: text }), 'invalid_input'],
      [posthorn.keys.list({ cursor: text }), 'invalid_input'],
    ] as const) {
      await expect(asked).rejects.toMatchObject({ code });
    }
  }
  for (const detail of ['\0', '\ud800', 'x'.repeat(501)]) {
    const deactivating = posthorn.webhooks.deactivate(found.id, { detail });
    await expect(deactivating).rejects.toMatchObject({ code: 'invalid_input' });
  }
});
