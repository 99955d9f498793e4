import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { SETTINGS, settingsInForce } from '../../src/config.js';
import { VERSION } from '../../src/version.js';
import { openTestApi } from './setup.js';

interface SettingsBody {
  readonly settings: readonly { readonly name: string; readonly [field: string]: unknown }[];
  readonly [field: string]: unknown;
}

test('the settings are shown as they are in force, and no secret is among them', async () => {
  const { call, options } = await openTestApi({ timeout: '7s', mailFrom: '', shards: 2 });
  const { status, body } = await call<SettingsBody>('GET', '/v1/settings');
  expect(status).toBe(200);
  const byName = new Map(body.settings.map((setting) => [setting.name, setting]));
  expect(byName.size).toBe(Object.keys(SETTINGS).length);
  expect(byName.get('POSTHORN_TIMEOUT')).toMatchObject({
    option: 'timeout',
    value: '7s',
    default: '15s',
    given: true,
    secret: false,
    unit: 'duration',
    meaning: expect.stringContaining('Wall-clock limit'),
  });
  expect(byName.get('POSTHORN_MAIL_FROM')).toMatchObject({
    value: 'Posthorn <posthorn@localhost>',
    given: false,
    unit: null,
  });
  const secret = { value: null, given: true, secret: true };
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'POSTHORN_API_KEY', 'POSTHORN_SECRET_KEY']) {
    expect(byName.get(name)).toMatchObject(secret);
  }
  expect(JSON.stringify(body)).not.toContain(options.secretKey);
  expect(JSON.stringify(body)).not.toContain(options.apiKey);
});

test('with what the installation is made of', async () => {
  const { call, posthorn, options } = await openTestApi({ shards: 2 });
  await posthorn.start(['scheduler']);
  const { body } = await call<SettingsBody>('GET', '/v1/settings');
  expect(body).toMatchObject({
    version: VERSION,
    process: { pid: process.pid, roles: ['scheduler'], node: process.versions.node },
    postgres: { version: expect.stringMatching(/^\d+\.\d+$/), embedded: false },
    queue: {
      kind: 'redis',
      shards: 2,
      nodes: [
        {
          node: new URL(String(options.redisUrl)).host,
          version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
          cluster: false,
          fault: null,
        },
      ],
    },
  });
  const folder = new URL('../../prisma/migrations', import.meta.url);
  const names = (await readdir(folder)).filter((name) => /^\d+_/.test(name)).toSorted();
  expect((body.migrations as { name: string }[]).map(({ name }) => name)).toEqual(names);
});

test('credentials in a URL that is no secret are left out', () => {
  for (const password of ['hidden', 'hi@dden']) {
    const environment = { POSTHORN_S3_ENDPOINT: `https://user:${password}@s3.example.com/` };
    const shown = settingsInForce({}, environment).find(({ option }) => option === 's3Endpoint');
    expect(shown?.value).toBe('https://…@s3.example.com/');
  }
});
