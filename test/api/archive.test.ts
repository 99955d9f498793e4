import { expect, test } from 'vitest';
import { temporaryFolder } from '../archive/setup.js';
import { openTestApi } from './setup.js';

async function openArchive() {
  const archive = await temporaryFolder();
  return { ...(await openTestApi({ archive })), archive };
}

test('the archive says where it is and what the tables hold', async () => {
  const { call, posthorn, archive } = await openArchive();
  await posthorn.runJob('partitions');
  const { body } = await call('GET', '/v1/archive');
  expect(body).toEqual({
    configured: true,
    location: archive,
    tables: {
      days: expect.any(Number),
      oldestDay: expect.any(String),
      newestDay: expect.any(String),
      bytes: expect.any(Number),
    },
  });
  expect((await call('GET', '/v1/archive/days')).body).toEqual({ data: [], nextCursor: null });
  const wrong = await call('GET', '/v1/archive/days?cursor=yesterday');
  expect([wrong.status, wrong.body.code]).toEqual([400, 'validation_failed']);
});

test('long work is answered at once, and done by the scheduler', async () => {
  const { call, posthorn } = await openArchive();
  const { status, body } = await call<{ id: string }>('POST', '/v1/archive/verify', { json: {} });
  expect([status, body]).toEqual([
    202,
    expect.objectContaining({ kind: 'verify', status: 'waiting', requestedBy: 'setting' }),
  ]);
  await posthorn.runJob('tasks');
  expect((await call('GET', `/v1/tasks/${body.id}`)).body).toMatchObject({
    status: 'done',
    result: { files: 0 },
  });
});

test('an account is erased only where its id is repeated', async () => {
  const { call, posthorn, ledger } = await openArchive();
  await posthorn.webhooks.register({ url: 'https://hooks.example.com/', accountId: 'acme' });
  await posthorn.enqueue({ type: 'expense.created', accountId: 'acme', payload: { secret: 1 } });
  for (const confirm of [undefined, '', 'Acme']) {
    const json = { accountId: 'acme', confirm };
    const { status, body } = await call('POST', '/v1/erasures', { json });
    expect([status, body.errors]).toEqual([
      400,
      [{ field: 'confirm', detail: expect.stringContaining('once more') }],
    ]);
  }
  const dry = await call<{ id: string }>('POST', '/v1/erasures', {
    json: { accountId: 'acme', dryRun: true },
  });
  const json = { accountId: 'acme', confirm: 'acme' };
  const real = await call<{ id: string }>('POST', '/v1/erasures', { json });
  await posthorn.runJob('tasks');
  for (const { body } of [dry, real]) {
    expect((await call('GET', `/v1/tasks/${body.id}`)).body.result).toMatchObject({
      accountId: 'acme',
      events: 1,
      discarded: 1,
    });
  }
  expect(await ledger.event.findFirstOrThrow()).toMatchObject({ payload: 'null' });
});
