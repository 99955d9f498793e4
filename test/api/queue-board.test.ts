import { describe, expect, onTestFinished, test } from 'vitest';
import type { PosthornOptions } from '../../src/config.js';
import { pollUntil } from '../support/poll.js';
import { startReceiver } from '../support/receiver.js';
import { API_KEY, makeKey, openTestApi } from './setup.js';

const BOARD = '/queues/board';

/** Posthorn with the board, and a browser's session that asks as Bull Board's own pages do. */
async function openBoard(overrides: PosthornOptions = {}) {
  const api = await openTestApi(overrides);
  async function signIn(key: string) {
    const { headers } = await api.call('POST', '/session', {
      json: { key },
      headers: { 'x-posthorn-dashboard': '1' },
    });
    const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
    return (method: string, path: string, more: Record<string, string> = {}) =>
      fetch(`${api.address}${BOARD}${path}`, {
        method,
        headers: { cookie, ...more },
        redirect: 'manual',
      });
  }
  return { ...api, signIn };
}

const OWN = { 'sec-fetch-site': 'same-origin' };

interface BoardQueues {
  readonly queues: readonly {
    readonly name: string;
    readonly readOnlyMode: boolean;
    readonly isPaused: boolean;
  }[];
}

describe('the queue board', () => {
  test('shows each shard, and is for keys of every account alone', async () => {
    const { call, signIn, address } = await openBoard({ shards: 2 });
    const ask = await signIn(API_KEY);
    const { queues } = (await (await ask('GET', '/api/queues')).json()) as BoardQueues;
    expect(queues.map(({ name }) => name)).toEqual([
      '1-of-2-deliveries',
      '2-of-2-deliveries',
      'jobs',
    ]);
    const { key } = await makeKey(call, { role: 'admin', accountId: 'acme' });
    expect((await (await signIn(key))('GET', '/api/queues')).status).toBe(403);
    const { key: producer } = await makeKey(call, { role: 'producer' });
    expect((await (await signIn(producer))('GET', '/')).status).toBe(403);
    expect((await fetch(`${address}${BOARD}/api/queues`)).status).toBe(401);
    // A person is shown the way in.
    const html = { headers: { accept: 'text/html' }, redirect: 'manual' } as const;
    const shown = await fetch(`${address}${BOARD}/`, html);
    expect([shown.status, shown.headers.get('location')]).toEqual([302, '/queues']);
  });

  test('changes nothing for a viewer, nor for a page of another site', async () => {
    const { call, signIn, address } = await openBoard();
    const { key } = await makeKey(call, { role: 'viewer' });
    const look = await signIn(key);
    const { queues } = (await (await look('GET', '/api/queues')).json()) as BoardQueues;
    expect(queues.map(({ readOnlyMode }) => readOnlyMode)).toEqual([true, true]);
    expect((await look('PUT', '/api/queues/deliveries/pause', OWN)).status).toBe(403);
    const ask = await signIn(API_KEY);
    const from = (origin: string) => ask('PUT', '/api/queues/deliveries/pause', { origin });
    for (const refused of [
      await ask('PUT', '/api/queues/deliveries/pause'),
      await ask('PUT', '/api/queues/deliveries/pause', { 'sec-fetch-site': 'cross-site' }),
      await ask('PUT', '/api/queues/deliveries/pause', { 'sec-fetch-site': 'same-site' }),
      await from('https://evil.example'),
      await from('null'),
    ]) {
      expect(refused.status).toBe(403);
    }
    const paused = async () =>
      ((await (await ask('GET', '/api/queues')).json()) as BoardQueues).queues[0]?.isPaused;
    expect(await paused()).toBe(false);
    expect((await from(address)).status).toBe(200);
    expect(await paused()).toBe(true);
    // A key in the header is nobody's session.
    const { status } = await call('PUT', `${BOARD}/api/queues/deliveries/resume`);
    expect([status, await paused()]).toEqual([200, false]);
  });

  test('lets nobody make or rewrite jobs, nor change what settings say', async () => {
    const { signIn, posthorn, call } = await openBoard();
    await posthorn.start(['scheduler']);
    const ask = await signIn(API_KEY);
    for (const [method, path] of [
      ['POST', '/api/queues/deliveries/add'],
      ['PUT', '/api/queues/deliveries/obliterate'],
      ['PUT', '/api/queues/deliveries/concurrency'],
      ['PATCH', '/api/queues/deliveries/dlv_1/update-data'],
      ['PUT', '/api/queues/jobs/empty'],
      ['PUT', '/api/queues/jobs/clean/delayed'],
      ['PUT', '/api/queues/jobs/job-schedulers/notices/remove'],
    ] as const) {
      const { status } = await ask(method, path, OWN);
      expect([path, status]).toEqual([path, 403]);
    }
    expect((await ask('PUT', '/api/nothing', OWN)).status).toBe(404);
    // Decoded once, `%25zz` is a name like any other.
    expect((await ask('GET', '/api/queues/%25zz/dlv_1')).status).toBe(404);
    const { body } = await call<{ repeatableJobs: { name: string }[] }>('GET', '/v1/queues');
    expect(body.repeatableJobs.map(({ name }) => name)).toContain('notices');
  });

  test('a job that is removed with it is delivered all the same', async () => {
    const receiver = await startReceiver();
    onTestFinished(() => receiver.close());
    const { posthorn, signIn, ledger, call } = await openBoard({
      queueLease: '1s',
      pollInterval: '50ms',
    });
    await posthorn.webhooks.register({ url: receiver.url });
    const ask = await signIn(API_KEY);
    expect((await ask('PUT', '/api/queues/pause', OWN)).status).toBe(200);
    await posthorn.enqueue({ type: 'expense.created', payload: {} });
    const { id } = await ledger.delivery.findFirstOrThrow();
    const counted = async () =>
      (await call<{ queues: { waiting: number }[] }>('GET', '/v1/queues')).body.queues[0]?.waiting;
    expect(await counted()).toBe(1);
    expect((await ask('PUT', `/api/queues/deliveries/${id}/clean`, OWN)).status).toBe(204);
    expect(await counted()).toBe(0);
    await ask('PUT', '/api/queues/resume', OWN);
    await posthorn.start(['worker', 'scheduler']);
    await pollUntil(
      () => ledger.delivery.findUniqueOrThrow({ where: { id } }),
      ({ status }) => status === 'delivered',
      { what: 'the delivery' },
    );
    expect(receiver.count()).toBe(1);
  });

  test('shows the jobs that the database carries, too', async () => {
    const { call } = await openBoard({ redisUrl: '' });
    const { body } = await call<{ kind: string; queues: { name: string }[] }>('GET', '/v1/queues');
    expect(body).toMatchObject({
      kind: 'postgres',
      queues: [{ name: 'deliveries' }, { name: 'jobs' }],
    });
    const { status } = await call('GET', `${BOARD}/api/queues/deliveries/dlv_0`);
    expect(status).toBe(404);
    const page = await call<BoardQueues>(
      'GET',
      `${BOARD}/api/queues?activeQueue=jobs&status=latest`,
    );
    expect(page.body.queues).toHaveLength(2);
  });
});
