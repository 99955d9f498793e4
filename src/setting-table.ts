import { z } from 'zod';
import {
  archivePlace,
  cidrs,
  cron,
  duration,
  factor,
  key32,
  keys32,
  linkTemplate,
  list,
  onOrOff,
  origin,
  origins,
  percentage,
  ports,
  redisNodes,
  text,
  url,
  warnTimes,
  wholeNumber,
} from './setting-values.js';

/** One setting: where it is read from, what fits, and what it means. */
export interface Setting<Value, Fallback extends string | undefined> {
  /** The environment variable. */
  readonly env: string;
  readonly schema: z.ZodType<Value, string>;
  /** What stands where it is not given; undefined where it may be left out. */
  readonly fallback: Fallback;
  /** What it means, in a sentence. */
  readonly meaning: string;
}

function withDefault<Value>(
  env: string,
  schema: z.ZodType<Value, string>,
  fallback: string,
  meaning: string,
): Setting<Value, string> {
  return { env, schema, fallback, meaning };
}

function optional<Value>(
  env: string,
  schema: z.ZodType<Value, string>,
  meaning: string,
): Setting<Value, undefined> {
  return { env, schema, fallback: undefined, meaning };
}

/**
 * Every setting. The key is its name in code, and in the options of `createPosthorn`; `env` is its name
 * in the environment. Durations are milliseconds once read.
 */
export const SETTINGS = {
  databaseUrl: optional(
    'DATABASE_URL',
    url(['postgres:', 'postgresql:'], 'a URL like postgresql://user:password@host:5432/database'),
    'The PostgreSQL database that holds the ledger. Without it, an embedded PostgreSQL is kept in the data directory.',
  ),
  redisUrl: optional(
    'REDIS_URL',
    redisNodes,
    'The Redis that carries the jobs, or nodes of a Redis Cluster with commas between. Without it, the jobs are carried by the database, and one process may run.',
  ),
  host: withDefault(
    'HOST',
    text.min(1, 'a host name or an IP address'),
    '127.0.0.1',
    'The address that the API listens on.',
  ),
  healthPort: optional(
    'POSTHORN_HEALTH_PORT',
    wholeNumber(0, 65_535),
    'The port on which a process without the api role serves /healthz, /readyz and /metrics, without a key; not served where left out.',
  ),
  port: withDefault(
    'PORT',
    wholeNumber(0, 65_535),
    '4400',
    'The port that the API listens on; 0 takes a free one.',
  ),
  apiKey: optional(
    'POSTHORN_API_KEY',
    text
      .min(16, 'at least 16 characters')
      .regex(/^[\x21-\x7e]+$/, 'printable ASCII without spaces'),
    'The first administrator’s API key. Made and kept in the data directory where DATABASE_URL is left out; otherwise the api role needs it.',
  ),
  trustProxy: withDefault(
    'POSTHORN_TRUST_PROXY',
    cidrs,
    '',
    'Address ranges of the proxies before the API, with commas between, whose X-Forwarded headers are believed. None by default.',
  ),
  sessionLength: withDefault(
    'POSTHORN_SESSION_LENGTH',
    duration('1m', '7d'),
    '8h',
    'How long somebody who signed in to the dashboard stays so.',
  ),
  publicUrl: optional(
    'POSTHORN_PUBLIC_URL',
    origin,
    'Where browsers reach the API, like https://hooks.example.com: portal links begin with it. Without it, links made by a request begin with the address that was asked, and others with HOST and PORT.',
  ),
  portalOrigins: withDefault(
    'POSTHORN_PORTAL_ORIGINS',
    origins,
    '',
    'Origins of the pages that may show the customer portal in an iframe, with commas between, like https://app.example.com. None by default.',
  ),
  portalLinkLength: withDefault(
    'POSTHORN_PORTAL_LINK_LENGTH',
    duration('10s', '1d'),
    '5m',
    'How long a link to the customer portal opens it, where the link does not say otherwise.',
  ),
  portalSessionLength: withDefault(
    'POSTHORN_PORTAL_SESSION_LENGTH',
    duration('1m', '1d'),
    '1h',
    'How long somebody who opened the customer portal may use it before a new link is needed.',
  ),
  portalWebhooks: withDefault(
    'POSTHORN_PORTAL_WEBHOOKS',
    wholeNumber(1, 10_000),
    '20',
    'Most webhooks that an account may have for a customer to register another at the portal.',
  ),
  secretKey: optional(
    'POSTHORN_SECRET_KEY',
    key32,
    'Encrypts the webhooks’ signing secrets in the ledger: base64 of 32 bytes. Made and kept in the data directory where DATABASE_URL is left out; otherwise needed.',
  ),
  formerSecretKeys: withDefault(
    'POSTHORN_FORMER_SECRET_KEYS',
    keys32,
    '',
    'Keys that still open secrets, with commas between, until `posthorn rekey` has sealed all with the present one.',
  ),
  dataDir: withDefault(
    'POSTHORN_DATA_DIR',
    text.min(1, 'a directory'),
    '.posthorn',
    'The directory of the embedded PostgreSQL and of the keys made for it.',
  ),
  allowCidrs: withDefault(
    'POSTHORN_ALLOW_CIDRS',
    list,
    '',
    'Private address ranges that deliveries may reach, with commas between, like 10.0.0.0/8. None by default.',
  ),
  httpsOnly: withDefault(
    'POSTHORN_HTTPS_ONLY',
    onOrOff,
    'off',
    'Whether http is refused: at registration, at a change, and for webhooks that were registered before.',
  ),
  ports: withDefault(
    'POSTHORN_PORTS',
    ports,
    'any',
    'The ports that deliveries may go to, with commas between, like 443,8000-8999; any other is refused in the same places.',
  ),
  retryBase: withDefault(
    'POSTHORN_RETRY_BASE',
    duration('1ms', '1d'),
    '5s',
    'Delay after the first failed attempt.',
  ),
  retryBaseCritical: optional(
    'POSTHORN_RETRY_BASE_CRITICAL',
    duration('1ms', '1d'),
    'The same for webhooks of the tier critical, where it differs.',
  ),
  retryBaseLow: optional(
    'POSTHORN_RETRY_BASE_LOW',
    duration('1ms', '1d'),
    'The same for webhooks of the tier low, where it differs.',
  ),
  retryFactor: withDefault(
    'POSTHORN_RETRY_FACTOR',
    factor,
    '4',
    'What the delay is multiplied by after each further failed attempt.',
  ),
  retryFactorCritical: optional(
    'POSTHORN_RETRY_FACTOR_CRITICAL',
    factor,
    'The same for webhooks of the tier critical, where it differs.',
  ),
  retryFactorLow: optional(
    'POSTHORN_RETRY_FACTOR_LOW',
    factor,
    'The same for webhooks of the tier low, where it differs.',
  ),
  retryCap: withDefault(
    'POSTHORN_RETRY_CAP',
    duration('1ms', '30d'),
    '12h',
    'Longest delay between two attempts, before a jitter of ±20 %.',
  ),
  retryCapCritical: optional(
    'POSTHORN_RETRY_CAP_CRITICAL',
    duration('1ms', '30d'),
    'The same for webhooks of the tier critical, where it differs.',
  ),
  retryCapLow: optional(
    'POSTHORN_RETRY_CAP_LOW',
    duration('1ms', '30d'),
    'The same for webhooks of the tier low, where it differs.',
  ),
  retryAttempts: withDefault(
    'POSTHORN_RETRY_ATTEMPTS',
    wholeNumber(1, 100),
    '12',
    'Most attempts for one delivery, the first included.',
  ),
  retryAttemptsCritical: optional(
    'POSTHORN_RETRY_ATTEMPTS_CRITICAL',
    wholeNumber(1, 100),
    'The same for webhooks of the tier critical, where it differs.',
  ),
  retryAttemptsLow: optional(
    'POSTHORN_RETRY_ATTEMPTS_LOW',
    wholeNumber(1, 100),
    'The same for webhooks of the tier low, where it differs.',
  ),
  nearRetry: withDefault(
    'POSTHORN_NEAR_RETRY',
    duration('0ms', '1d'),
    '5m',
    'Retries up to this far off wait in the queue, longer ones in the ledger.',
  ),
  queueLease: withDefault(
    'POSTHORN_QUEUE_LEASE',
    duration('1s', '1d'),
    '10m',
    'How long a queued delivery is left to the queue before it is offered again: what a job that Redis lost without a trace waits for.',
  ),
  workerLock: withDefault(
    'POSTHORN_WORKER_LOCK',
    duration('1s', '10m'),
    '20s',
    'How long a worker may give no sign of life before others take its jobs.',
  ),
  timeout: withDefault(
    'POSTHORN_TIMEOUT',
    duration('10ms', '5m'),
    '15s',
    'Wall-clock limit of one attempt, from connecting to the last byte read.',
  ),
  concurrency: withDefault(
    'POSTHORN_CONCURRENCY',
    wholeNumber(1, 10_000),
    '500',
    'Deliveries that one worker process makes at the same time.',
  ),
  maxInFlight: withDefault(
    'POSTHORN_MAX_IN_FLIGHT',
    wholeNumber(1, 10_000),
    '100',
    'Most deliveries in flight to one webhook at the same time, over all processes. The limit in force is found by trying: it grows while answers are quick, and is cut when the endpoint is overloaded.',
  ),
  minInFlight: withDefault(
    'POSTHORN_MIN_IN_FLIGHT',
    wholeNumber(1, 10_000),
    '1',
    'What that limit is never cut below.',
  ),
  breakerFailures: withDefault(
    'POSTHORN_BREAKER_FAILURES',
    wholeNumber(1, 100_000),
    '10',
    'Failed attempts in a row that open a webhook’s breaker: its deliveries then wait, and one at a time tries.',
  ),
  breakerFailuresCritical: optional(
    'POSTHORN_BREAKER_FAILURES_CRITICAL',
    wholeNumber(1, 100_000),
    'The same for webhooks of the tier critical, where it differs.',
  ),
  breakerFailuresLow: optional(
    'POSTHORN_BREAKER_FAILURES_LOW',
    wholeNumber(1, 100_000),
    'The same for webhooks of the tier low, where it differs.',
  ),
  breakerShare: withDefault(
    'POSTHORN_BREAKER_SHARE',
    percentage,
    '90%',
    'The share of failed attempts of late that opens it, too; 100% leaves it to the failures in a row.',
  ),
  breakerShareCritical: optional(
    'POSTHORN_BREAKER_SHARE_CRITICAL',
    percentage,
    'The same for webhooks of the tier critical, where it differs.',
  ),
  breakerShareLow: optional(
    'POSTHORN_BREAKER_SHARE_LOW',
    percentage,
    'The same for webhooks of the tier low, where it differs.',
  ),
  breakerMinimum: withDefault(
    'POSTHORN_BREAKER_MINIMUM',
    wholeNumber(1, 1_000_000),
    '50',
    'The attempts of late below which that share says nothing.',
  ),
  breakerWindow: withDefault(
    'POSTHORN_BREAKER_WINDOW',
    duration('1s', '1d'),
    '1m',
    'How long ago is of late: an attempt loses half its weight in this time.',
  ),
  breakerPause: withDefault(
    'POSTHORN_BREAKER_PAUSE',
    duration('10ms', '1d'),
    '30s',
    'How long a breaker stays open before one delivery tries; doubled each time that fails.',
  ),
  breakerPauseCap: withDefault(
    'POSTHORN_BREAKER_PAUSE_CAP',
    duration('10ms', '30d'),
    '30m',
    'Longest such pause, before a jitter of ±10 %.',
  ),
  zombieAfterCritical: withDefault(
    'POSTHORN_ZOMBIE_AFTER_CRITICAL',
    duration('1ms', '3650d'),
    '365d',
    'How long a failing webhook of the tier critical may go without a success before it is deactivated.',
  ),
  zombieAfterStandard: withDefault(
    'POSTHORN_ZOMBIE_AFTER_STANDARD',
    duration('1ms', '3650d'),
    '365d',
    'The same for the tier standard.',
  ),
  zombieAfterLow: withDefault(
    'POSTHORN_ZOMBIE_AFTER_LOW',
    duration('1ms', '3650d'),
    '90d',
    'The same for the tier low.',
  ),
  warnAt: withDefault(
    'POSTHORN_WARN_AT',
    warnTimes,
    '50%, 90%, 1d',
    'When owners are warned that a webhook will be deactivated: shares of its zombie threshold, and times before its end, with commas between; none for never.',
  ),
  warnAtCritical: optional(
    'POSTHORN_WARN_AT_CRITICAL',
    warnTimes,
    'The same for webhooks of the tier critical, where it differs.',
  ),
  warnAtLow: optional(
    'POSTHORN_WARN_AT_LOW',
    warnTimes,
    'The same for webhooks of the tier low, where it differs.',
  ),
  zombieSchedule: withDefault(
    'POSTHORN_ZOMBIE_SCHEDULE',
    cron,
    '0 3 * * *',
    'When the zombie job runs (cron, UTC).',
  ),
  retention: withDefault(
    'POSTHORN_RETENTION',
    duration('2d', '3650d'),
    '90d',
    'How long ended deliveries, their events and attempts are kept: whole days older than this are dropped once nothing in them is owed.',
  ),
  retentionCritical: optional(
    'POSTHORN_RETENTION_CRITICAL',
    duration('2d', '3650d'),
    'The same for webhooks of the tier critical, where it differs.',
  ),
  retentionLow: optional(
    'POSTHORN_RETENTION_LOW',
    duration('2d', '3650d'),
    'The same for webhooks of the tier low, where it differs.',
  ),
  archive: withDefault(
    'POSTHORN_ARCHIVE',
    archivePlace,
    '',
    'Where days past their retention are archived before they are dropped: a folder, or s3://BUCKET/PREFIX. Without it they are dropped.',
  ),
  s3Endpoint: optional(
    'POSTHORN_S3_ENDPOINT',
    url(['http:', 'https:'], 'a URL like https://s3.example.com'),
    'The S3-compatible store of the archive, where it is not that of AWS. Its credentials are read as AWS tools read them, like AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  ),
  s3Region: withDefault(
    'POSTHORN_S3_REGION',
    text.min(1, 'a region'),
    'us-east-1',
    'The region of that store.',
  ),
  idempotencyTtl: withDefault(
    'POSTHORN_IDEMPOTENCY_TTL',
    duration('1m', '365d'),
    '7d',
    'How long an idempotency key stands for its event, and how long a request that carries one is answered as it was the first time.',
  ),
  operatorAccount: optional(
    'POSTHORN_OPERATOR_ACCOUNT',
    text.min(1, 'an account id'),
    'The account of whoever runs this installation: its channels and operational webhooks hear of every account.',
  ),
  smtpUrl: optional(
    'POSTHORN_SMTP_URL',
    url(['smtp:', 'smtps:'], 'a URL like smtps://user:password@smtp.example.com'),
    'The mail server that e-mail channels send by; without it there are none.',
  ),
  mailFrom: withDefault(
    'POSTHORN_MAIL_FROM',
    text.min(3, 'an address, like Posthorn <posthorn@example.com>'),
    'Posthorn <posthorn@localhost>',
    'The sender of these e-mails.',
  ),
  webhookLink: optional(
    'POSTHORN_WEBHOOK_LINK',
    linkTemplate,
    'Where messages link to: a URL in which {webhookId} and {accountId} are replaced. Without it, the webhook in the API.',
  ),
  verification: withDefault(
    'POSTHORN_VERIFICATION',
    z.enum(['none', 'ping', 'handshake', 'challenge'], {
      error: 'none, ping, handshake or challenge',
    }),
    'none',
    'How a new webhook shows that it wants what it gets, where its registration does not say.',
  ),
  origin: withDefault(
    'POSTHORN_ORIGIN',
    text.regex(/^[A-Za-z0-9.-]{1,253}$/, 'a host name'),
    'posthorn.local',
    'The name by which a handshake asks for consent: the host name of your platform.',
  ),
  testInterval: withDefault(
    'POSTHORN_TEST_INTERVAL',
    duration('10ms', '30d'),
    '1h',
    'How long after it was deactivated, or its breaker opened, a webhook is first tested; doubled after each test that fails.',
  ),
  testIntervalCap: withDefault(
    'POSTHORN_TEST_INTERVAL_CAP',
    duration('10ms', '365d'),
    '1d',
    'Longest time between two such tests.',
  ),
  testGiveUp: withDefault(
    'POSTHORN_TEST_GIVE_UP',
    duration('0ms', '3650d'),
    '90d',
    'How long a deactivated webhook is tested; 0ms for never.',
  ),
  reactivate: withDefault(
    'POSTHORN_REACTIVATE',
    onOrOff,
    'on',
    'Whether a webhook that Posthorn deactivated is reactivated when a test succeeds.',
  ),
  queuePrefix: withDefault(
    'POSTHORN_QUEUE_PREFIX',
    text.regex(
      /^\{[A-Za-z0-9_-]{1,64}\}$/,
      'a name in braces, like {posthorn}: the braces keep all keys of a queue on one node of a Redis Cluster',
    ),
    '{posthorn}',
    'The beginning of every Redis key, so that several installations can share a Redis.',
  ),
  queueLimit: withDefault(
    'POSTHORN_QUEUE_LIMIT',
    wholeNumber(1, 10_000_000),
    '100000',
    'Deliveries that may wait in the queue; past that new ones wait in the ledger until it has drained.',
  ),
  redisMemoryLimit: withDefault(
    'POSTHORN_REDIS_MEMORY_LIMIT',
    percentage,
    '80%',
    'The same for the part of its `maxmemory` that Redis may use.',
  ),
  shards: withDefault(
    'POSTHORN_SHARDS',
    wholeNumber(1, 64),
    '1',
    'How many BullMQ queues the deliveries are spread over by webhook, each in a hash slot of its own of a Redis Cluster. The same for all processes.',
  ),
  databasePool: withDefault(
    'POSTHORN_DATABASE_POOL',
    wholeNumber(2, 1_000),
    '10',
    'Most PostgreSQL connections of one process, besides one that listens and those of the embedded queue.',
  ),
  answerTimeout: withDefault(
    'POSTHORN_ANSWER_TIMEOUT',
    duration('1s', '30m'),
    '2m',
    'How long PostgreSQL, or Redis towards a worker (there at least 15s), may owe an answer in silence before the connection is given up, as where a network swallows what is sent.',
  ),
  preparedStatements: withDefault(
    'POSTHORN_PREPARED_STATEMENTS',
    onOrOff,
    'on',
    'Whether PostgreSQL plans the statements of the hot path once for each connection; off where a pooler between does not keep prepared statements.',
  ),
  pollInterval: withDefault(
    'POSTHORN_POLL_INTERVAL',
    duration('50ms', '1m'),
    '5s',
    'How long the dispatcher sleeps at most before it looks at the ledger again.',
  ),
  traces: withDefault(
    'POSTHORN_TRACES',
    z.enum(['off', 'otlp'], { error: 'off or otlp' }),
    'off',
    'Where spans of events and attempts are sent: otlp to a collector over HTTP, as the standard OTEL_* variables say. With off, an OpenTelemetry SDK that a backend has around Posthorn still gets them.',
  ),
  sendTraceparent: withDefault(
    'POSTHORN_SEND_TRACEPARENT',
    onOrOff,
    'off',
    'Whether deliveries carry traceparent, by which receivers see the id of the trace.',
  ),
  shutdownTimeout: withDefault(
    'POSTHORN_SHUTDOWN_TIMEOUT',
    duration('0ms', '10m'),
    '20s',
    'How long a stopping process waits for the deliveries in flight.',
  ),
  logLevel: withDefault(
    'POSTHORN_LOG_LEVEL',
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'trace, debug, info, warn, error, fatal or silent',
    }),
    'info',
    'The least severe log lines that are written.',
  ),
} as const;
