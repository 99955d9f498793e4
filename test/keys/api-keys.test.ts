import { expect, test } from 'vitest';
import { createPosthorn } from '../../src/posthorn.js';
import { pollUntil } from '../support/poll.js';
import { openTestPosthorn } from '../support/posthorn.js';

test('a key is shown once, and the ledger holds its hash alone', async () => {
  const { posthorn, ledger } = await openTestPosthorn();
  const { apiKey, key } = await posthorn.keys.create({ name: 'backend', role: 'producer' });
  expect(key).toMatch(/^phk_[A-Za-z0-9_-]{43}$/);
  expect(apiKey).toEqual({
    id: expect.stringMatching(/^key_[0-9a-f]{32}$/),
    name: 'backend',
    role: 'producer',
    accountId: null,
    createdAt: expect.any(Date),
    lastUsedAt: null,
    revokedAt: null,
  });
  const [row] = await ledger.$queryRaw<{ text: string }[]>`
    SELECT to_json(api_keys)::text AS text FROM posthorn.api_keys`;
  expect(row?.text).toContain(apiKey.id);
  expect(row?.text).not.toContain(key.slice(4));
  expect(await posthorn.keys.list()).toEqual({ data: [apiKey], nextCursor: null });
});

test('a key says who calls, until it is revoked', async () => {
  const { posthorn } = await openTestPosthorn();
  const { keys } = posthorn;
  const { apiKey, key } = await keys.create({ name: 'a', role: 'viewer', accountId: 'acme' });
  const access = { keyId: apiKey.id, role: 'viewer', accountId: 'acme' };
  expect(await keys.authenticate(key)).toEqual(access);
  expect(await keys.authenticate(`${key.slice(0, -1)}?`)).toBeUndefined();
  expect(await keys.authenticate('')).toBeUndefined();
  const revoked = await keys.revoke(apiKey.id);
  expect(revoked.revokedAt).toBeInstanceOf(Date);
  expect(await keys.authenticate(key)).toBeUndefined();
  const again = await keys.revoke(apiKey.id);
  expect(again.revokedAt).toEqual(revoked.revokedAt);
  expect((await keys.list()).data).toMatchObject([{ id: apiKey.id, revokedAt: revoked.revokedAt }]);
});

test('a key is revoked by its own account and by no other', async () => {
  const { posthorn } = await openTestPosthorn();
  const { keys } = posthorn;
  const { apiKey, key } = await keys.create({ name: 'a', role: 'viewer', accountId: 'acme' });
  const every = await keys.create({ name: 'b', role: 'viewer' });
  for (const [id, accountId] of [
    [apiKey.id, 'other'],
    [every.apiKey.id, 'acme'],
    ['setting', undefined],
    ['key_\0', undefined],
  ] as const) {
    await expect(keys.revoke(id, { accountId })).rejects.toMatchObject({ code: 'not_found' });
  }
  expect(await keys.authenticate(key)).toBeDefined();
  expect((await keys.list({ accountId: 'acme' })).data.map(({ id }) => id)).toEqual([apiKey.id]);
  await keys.revoke(apiKey.id, { accountId: 'acme' });
  expect(await keys.authenticate(key)).toBeUndefined();
});

test('a revocation is in force in another process within 10 s', async () => {
  const { posthorn, options } = await openTestPosthorn();
  const other = await createPosthorn(options);
  const { apiKey, key } = await posthorn.keys.create({ name: 'a', role: 'viewer' });
  expect(await other.keys.authenticate(key)).toBeDefined();
  await posthorn.keys.revoke(apiKey.id);
  const remembered = () => other.keys.authenticate(key);
  await pollUntil(remembered, (access) => access === undefined, { deadlineMs: 15_000 });
  await other.stop();
});

test('the last use is recorded once a minute', async () => {
  let now = new Date('2026-11-25T12:00:00Z');
  const { posthorn, ledger } = await openTestPosthorn({}, { clock: () => now });
  const { apiKey, key } = await posthorn.keys.create({ name: 'a', role: 'viewer' });
  const lastUse = async () =>
    (await ledger.apiKey.findUniqueOrThrow({ where: { id: apiKey.id } })).lastUsedAt?.toISOString();
  const uses = async (expected: string) => {
    await posthorn.keys.authenticate(key);
    await pollUntil(lastUse, (at) => at === expected);
  };
  expect(await lastUse()).toBeUndefined();
  await uses('2026-11-25T12:00:00.000Z');
  now = new Date('2026-11-25T12:00:59Z');
  await posthorn.keys.authenticate(key);
  now = new Date('2026-11-25T12:01:00Z');
  await uses('2026-11-25T12:01:00.000Z');
});

test('what a key is made from must fit', async () => {
  const { posthorn, ledger } = await openTestPosthorn();
  for (const [input, field] of [
    [{ name: '', role: 'viewer' }, 'name'],
    [{ name: ' ', role: 'viewer' }, 'name'],
    [{ name: 'x'.repeat(101), role: 'viewer' }, 'name'],
    [{ name: 'a\0', role: 'viewer' }, 'name'],
    [{ name: 'a\ud800', role: 'viewer' }, 'name'],
    [{ name: 7, role: 'viewer' }, 'name'],
    [{ name: 'a', role: 'owner' }, 'role'],
    [{ name: 'a', role: 'constructor' }, 'role'],
    [{ name: 'a', role: 'viewer', accountId: '' }, 'accountId'],
    [{ name: 'a', role: 'viewer', accountId: null }, 'accountId'],
  ] as const) {
    const making = posthorn.keys.create(input as Parameters<typeof posthorn.keys.create>[0]);
    await expect(making).rejects.toMatchObject({
      code: 'invalid_input',
      details: { [field]: expect.any(String) },
    });
  }
  expect(await ledger.apiKey.count()).toBe(0);
});
