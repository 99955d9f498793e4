import { describe, expect, test } from 'vitest';
import { readSettings } from '../src/config.js';
import { InvalidSettingsError } from '../src/domain/errors.js';

describe('the defaults', () => {
  const settings = readSettings({}, {});

  test('are those of the documentation', () => {
    expect(settings).toMatchObject({
      databaseUrl: undefined,
      redisUrl: undefined,
      host: '127.0.0.1',
      port: 4400,
      dataDir: '.posthorn',
      allowCidrs: [],
      httpsOnly: false,
      ports: [{ first: 1, last: 65_535 }],
      timeout: 15_000,
      nearRetry: 300_000,
      zombieSchedule: '0 3 * * *',
    });
  });

  test('give each tier its policy', () => {
    const dayMs = 86_400_000;
    const standard = {
      zombieAfterMs: 365 * dayMs,
      warnAt: [{ share: 0.5 }, { share: 0.9 }, { beforeMs: dayMs }],
      retry: { baseMs: 5_000, factor: 4, capMs: 43_200_000, attempts: 12 },
      breakerFailures: 10,
      breakerShare: 0.9,
      retentionMs: 90 * dayMs,
      reactivate: true,
    };
    const low = { ...standard, zombieAfterMs: 90 * dayMs };
    expect(settings.policies).toEqual({ critical: standard, standard, low });
  });
});

test('a tier may differ from the others in all of its policy', () => {
  const { policies } = readSettings(
    {
      retryBase: '1s',
      retryBaseCritical: '2s',
      retryFactorLow: 3,
      retryCapCritical: '1h',
      retryAttemptsLow: 4,
      breakerFailuresCritical: 30,
      breakerShareLow: '50%',
      warnAtLow: 'none',
      retentionCritical: '365d',
      zombieAfterCritical: '10d',
    },
    {},
  );
  expect(policies.critical).toMatchObject({
    zombieAfterMs: 864_000_000,
    retry: { baseMs: 2_000, factor: 4, capMs: 3_600_000, attempts: 12 },
    breakerFailures: 30,
    breakerShare: 0.9,
    retentionMs: 365 * 86_400_000,
  });
  expect(policies.low).toMatchObject({
    warnAt: [],
    retry: { baseMs: 1_000, factor: 3, attempts: 4 },
    breakerFailures: 10,
    breakerShare: 0.5,
  });
  expect(policies.standard.retry).toMatchObject({ baseMs: 1_000, factor: 4, attempts: 12 });
});

test('an option stands before the environment, and an empty value counts as not given', () => {
  const environment = { POSTHORN_TIMEOUT: '3s', POSTHORN_CONCURRENCY: '', PORT: '8080' };
  const settings = readSettings({ timeout: '4s', concurrency: 7 }, environment);
  expect(settings).toMatchObject({ timeout: 4_000, concurrency: 7, port: 8080 });
});

test('an empty option hides what the environment says', () => {
  const environment = { REDIS_URL: 'redis://host' };
  expect(readSettings({ redisUrl: '' }, environment).redisUrl).toBeUndefined();
});

test('several Redis URLs name the nodes of a cluster', () => {
  const { redisUrl } = readSettings({ redisUrl: 'redis://a:1, rediss://b:2' }, {});
  expect(redisUrl).toEqual(['redis://a:1', 'rediss://b:2']);
});

test('ports are numbers and ranges with commas between', () => {
  const ports = [
    { first: 443, last: 443 },
    { first: 8000, last: 8999 },
  ];
  expect(readSettings({}, { POSTHORN_PORTS: '443, 8000-8999' }).ports).toEqual(ports);
  expect(readSettings({ ports: 443 }, {}).ports).toEqual([{ first: 443, last: 443 }]);
});

describe('a bad value stops with its name, what was given and what fits', () => {
  test.each([
    ['POSTHORN_TIMEOUT', 'soon', /POSTHORN_TIMEOUT: "soon" does not fit: use a duration/],
    ['POSTHORN_TIMEOUT', '1h', /from 10ms to 5m/],
    ['POSTHORN_CONCURRENCY', '0', /whole number from 1/],
    ['POSTHORN_CONCURRENCY', '1.5', /whole number/],
    ['POSTHORN_RETRY_FACTOR', '0.5', /from 1 to 100/],
    ['POSTHORN_ZOMBIE_SCHEDULE', 'daily at 3', /cron/],
    ['PORT', '65536', /to 65535/],
    ['POSTHORN_LOG_LEVEL', 'loud', /trace, debug, info/],
    ['POSTHORN_QUEUE_PREFIX', 'posthorn', /braces/],
    ['POSTHORN_HTTPS_ONLY', 'true', /on or off/],
    ['POSTHORN_PORTS', '0', /ports and ranges of them from 1 to 65535/],
    ['POSTHORN_PORTS', '65536', /like 443,8000-8999/],
    ['POSTHORN_PORTS', '90-80', /ranges/],
    ['POSTHORN_PORTS', '443,', /ranges/],
    ['POSTHORN_PORTS', 'https', /ranges/],
    ['REDIS_URL', 'http://x', /redis:\/\//],
  ])('%s=%s', (name, value, message) => {
    expect(() => readSettings({}, { [name]: value })).toThrow(InvalidSettingsError);
    expect(() => readSettings({}, { [name]: value })).toThrow(message);
  });

  test.each([
    ['DATABASE_URL', 'mysql://user:hunter2@host/db'],
    ['POSTHORN_SECRET_KEY', 'hunter2'],
    ['POSTHORN_API_KEY', 'hunter2'],
    ['REDIS_URL', 'http://:hunter2@host'],
  ])('%s is named, and never shown', (name, value) => {
    expect(() => readSettings({}, { [name]: value })).toThrow(name);
    expect(() => readSettings({}, { [name]: value })).not.toThrow('hunter2');
  });

  test('every fault is named at once', () => {
    const environment = { PORT: 'x', POSTHORN_TIMEOUT: 'y' };
    expect(() => readSettings({}, environment)).toThrow(/PORT.*POSTHORN_TIMEOUT/);
  });

  test('an unknown option is named', () => {
    expect(() => readSettings({ timeuot: '5s' } as never, {})).toThrow(/timeuot/);
  });
});
