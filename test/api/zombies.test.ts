import { describe, expect, test } from 'vitest';
import type { Ledger } from '../../src/store/ledger.js';
import { openTestApi, register } from './setup.js';

const LONG_AGO = new Date('2020-01-01T00:00:00Z');

interface ZombiePage {
  readonly data: readonly { readonly id: string }[];
  readonly nextCursor: string | null;
}

/** Makes the webhooks fail since long ago. */
async function fail(ledger: Ledger, ...ids: readonly string[]): Promise<void> {
  await ledger.webhook.updateMany({
    where: { id: { in: [...ids] } },
    data: {
      activeSince: LONG_AGO,
      failingSince: LONG_AGO,
      consecutiveFailures: 9,
      failureCount: 9,
      lastError: 'http_status',
    },
  });
}

describe('GET /v1/zombies', () => {
  test('answers with the webhooks at risk, and why they are', async () => {
    const { call, ledger } = await openTestApi();
    const zombie = await register(call);
    await register(call);
    await fail(ledger, zombie.id);
    const { status, body } = await call('GET', '/v1/zombies');
    expect(status).toBe(200);
    expect(body).toEqual({
      data: [
        {
          id: zombie.id,
          accountId: 'default',
          url: zombie.url,
          tier: 'standard',
          lastSuccess: null,
          quietSince: LONG_AGO.toISOString(),
          failingSince: LONG_AGO.toISOString(),
          deactivatesAt: '2020-12-31T00:00:00.000Z',
          timeLeftMs: 0,
          zombie: true,
          consecutiveFailures: 9,
          lastError: 'http_status',
          detail: expect.stringContaining('no success since 2020-01-01 00:00 UTC: 9 failed'),
        },
      ],
      nextCursor: null,
    });
  });

  test('pages, and narrows to an account', async () => {
    const { call, ledger } = await openTestApi();
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.push((await register(call)).id);
    const { id: other } = await register(call, { accountId: 'other' });
    await fail(ledger, ...ids, other);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const path: string = `/v1/zombies?limit=2&accountId=default${cursor && `&cursor=${cursor}`}`;
      const { body } = await call<ZombiePage>('GET', path);
      seen.push(...body.data.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(ids.toSorted());
    const { body } = await call<ZombiePage>('GET', '/v1/zombies?accountId=other');
    expect(body.data.map(({ id }) => id)).toEqual([other]);
  });

  test('has those with the least time left first, and says how much', async () => {
    const now = new Date('2026-11-24T12:00:00Z');
    const { call, ledger } = await openTestApi(
      { zombieAfterStandard: '100d' },
      { clock: () => now },
    );
    const ids: Record<string, string> = {};
    for (const [name, daysAgo, overrides] of [
      ['past half', 60, {}],
      ['before half', 40, {}],
      ['zombie', 101, {}],
      ['with its own threshold', 9, { zombieAfter: '10d' }],
    ] as const) {
      const { id } = await register(call, { overrides });
      ids[id] = name;
      await fail(ledger, id);
      const since = new Date(now.getTime() - daysAgo * 86_400_000);
      await ledger.webhook.update({ where: { id }, data: { activeSince: since } });
    }
    const read = async (query: string) => {
      const { body } = await call<{ data: { id: string; timeLeftMs: number; zombie: boolean }[] }>(
        'GET',
        `/v1/zombies${query}`,
      );
      return body.data.map(({ id, timeLeftMs, zombie }) => [
        ids[id],
        timeLeftMs / 86_400_000,
        zombie,
      ]);
    };
    expect(await read('')).toEqual([
      ['zombie', 0, true],
      ['with its own threshold', 1, false],
      ['past half', 40, false],
    ]);
    expect(await read('?within=30d')).toHaveLength(2);
    expect(await read('?within=60d')).toHaveLength(4);
  });

  test('refuses a query that does not fit', async () => {
    const { call } = await openTestApi();
    for (const query of ['limit=0', 'cursor=x', 'tier=low', 'within=soon']) {
      const { status, body } = await call('GET', `/v1/zombies?${query}`);
      expect([query, status, body.code]).toEqual([query, 400, 'validation_failed']);
    }
  });
});

describe('POST /v1/zombies/sweep', () => {
  test('deactivates the zombies, unless it is a dry run', async () => {
    const { call, ledger } = await openTestApi();
    const zombie = await register(call);
    const well = await register(call);
    await fail(ledger, zombie.id);
    const sweep = (json: unknown) => call('POST', '/v1/zombies/sweep', { json });

    const dry = await sweep({ dryRun: true });
    expect(dry.status).toBe(200);
    const deactivated = [expect.objectContaining({ id: zombie.id })];
    expect(dry.body).toEqual({ deactivated, more: false });
    expect(await ledger.webhook.count({ where: { active: true } })).toBe(2);

    const wet = await sweep({ dryRun: false });
    expect(wet.body).toEqual(dry.body);
    const { body } = await call('GET', `/v1/webhooks/${zombie.id}`);
    expect(body).toMatchObject({ active: false, deactivationReason: 'zombie' });
    expect((await call('GET', `/v1/webhooks/${well.id}`)).body.active).toBe(true);
    expect((await call('POST', '/v1/zombies/sweep')).body).toEqual({
      deactivated: [],
      more: false,
    });
  });

  test('takes at most 1,000 at once, and says that there are more', async () => {
    const { call, ledger } = await openTestApi();
    const { id } = await register(call);
    await ledger.$executeRaw`
      INSERT INTO posthorn.webhooks (id, account_id, url, secrets, active_since, created_at, updated_at)
      SELECT 'wh_' || md5(number::text), account_id, url, secrets, active_since, created_at, updated_at
      FROM posthorn.webhooks, generate_series(1, 1000) AS number WHERE id = ${id}`;
    await ledger.webhook.updateMany({
      data: { activeSince: LONG_AGO, failingSince: LONG_AGO, consecutiveFailures: 9 },
    });
    const sweep = () =>
      call<{ deactivated: unknown[]; more: boolean }>('POST', '/v1/zombies/sweep');
    const first = await sweep();
    expect([first.body.deactivated.length, first.body.more]).toEqual([1_000, true]);
    const second = await sweep();
    expect([second.body.deactivated.length, second.body.more]).toEqual([1, false]);
  });

  test('deactivates nothing where a field does not fit', async () => {
    const { call, ledger } = await openTestApi();
    await fail(ledger, (await register(call)).id);
    for (const json of [{ dryRun: 'true' }, { dryrun: true }, { dryRun: null }, [], 'x']) {
      const { status, body } = await call('POST', '/v1/zombies/sweep', { json });
      expect([json, status, body.code]).toEqual([json, 400, 'validation_failed']);
    }
    const inQuery = await call('POST', '/v1/zombies/sweep?dryRun=true');
    expect(inQuery.status).toBe(400);
    expect(await ledger.webhook.count({ where: { active: true } })).toBe(1);
  });
});
