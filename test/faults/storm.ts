import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import type { PosthornOptions } from '../../src/config.js';
import { createSeededRandom } from '../../src/demo/seeded-random.js';
import { createSecretKey } from '../../src/domain/secret-box.js';
import { createPosthorn, type Posthorn } from '../../src/posthorn.js';
import { openLedger } from '../../src/store/ledger.js';
import { pollUntil } from '../support/poll.js';
import { environment } from '../support/posthorn-process.js';
import { freePort, startRedis } from '../support/redis-server.js';
import { type StormPostgres, startStormPostgres } from '../support/storm-postgres.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { type Fault, type StormParts, WORKERS } from './faults.js';
import { type KeptProcess, keepProcess, processesWith } from './storm-processes.js';
import { type Produced, produce } from './storm-producers.js';
import {
  ENDPOINTS,
  type Endpoint,
  type StormReceiver,
  startStormReceiver,
} from './storm-receiver.js';

/** Attempts that one worker of a storm makes at the same time. */
export const CONCURRENCY = 50;

/** How a storm went, for its audit. */
export interface StormRecord {
  readonly struck: readonly Fault[];
  readonly produced: Produced;
  readonly webhookIds: ReadonlyMap<Endpoint, string>;
  readonly receiver: StormReceiver;
  readonly postgres: StormPostgres;
  readonly posthorn: Posthorn;
  /** Jobs that another worker took up, because their lock had run out. */
  readonly stalled: number;
  /** Processes of the storm that were still there when all had stopped. */
  readonly leaked: readonly number[];
}

/** Settings under which what a fault leaves is taken up soon. */
const SOON: PosthornOptions = {
  concurrency: CONCURRENCY,
  databasePool: 5,
  timeout: '2s',
  retryBase: '300ms',
  retryFactor: 2,
  retryCap: '2s',
  retryAttempts: 60,
  retryAttemptsLow: 3,
  nearRetry: '1s',
  queueLease: '15s',
  workerLock: '4s',
  pollInterval: '500ms',
  breakerPause: '200ms',
  breakerPauseCap: '400ms',
  shutdownTimeout: '5s',
  answerTimeout: '5s',
};

/** What a storm is made of. */
export interface StormOptions {
  /** Decides on the faults, their order and how long they last. */
  readonly seed: number;
  readonly faults: readonly Fault[];
  /** How many strike. */
  readonly strikes: number;
}

/**
 * Runs a storm of faults while events flow, lets it end, waits until nothing is pending, and stops
 * everything. What it was like is then handed to `audit`, while the ledger and the receivers still stand.
 */
export async function runStorm(
  options: StormOptions,
  audit: (record: StormRecord) => Promise<void>,
): Promise<void> {
  const { seed } = options;
  const random = createSeededRandom(seed);
  const cleanups: (() => Promise<unknown>)[] = [];
  try {
    const postgres = await startStormPostgres();
    cleanups.push(() => postgres.stop());
    const redis = await startRedis();
    cleanups.push(() => redis.stop());
    const postgresProxy = await startTcpProxy(postgres.port());
    const redisProxy = await startTcpProxy(redis.port);
    cleanups.push(() => Promise.all([postgresProxy.close(), redisProxy.close()]));
    const receiver = await startStormReceiver(createSeededRandom(seed + 1));
    cleanups.push(() => receiver.close());

    const marker = `storm-${randomBytes(6).toString('hex')}`;
    const apiKey = randomBytes(16).toString('hex');
    const port = await freePort();
    const settings: PosthornOptions = {
      ...SOON,
      databaseUrl: postgres.urlBehind(postgresProxy.port),
      redisUrl: `redis://127.0.0.1:${redisProxy.port}`,
      queuePrefix: `{${marker}}`,
      secretKey: createSecretKey(),
      apiKey,
      allowCidrs: '127.0.0.0/8',
      port,
      logLevel: 'info',
    };
    const posthorn = await createPosthorn(settings, { log: pino({ level: 'silent' }) });
    cleanups.push(() => posthorn.stop());
    const ledger = openLedger({
      databaseUrl: String(settings.databaseUrl),
      poolSize: 4,
      answerTimeoutMs: 5_000,
    });
    cleanups.push(() => ledger.$disconnect());
    const webhookIds = await registerEndpoints(posthorn, receiver);

    const keep = (role: string) => {
      const kept = keepProcess(role, environment(settings));
      cleanups.push(() => kept.kill());
      return kept;
    };
    const workers = Array.from({ length: WORKERS }, () => keep('worker'));
    const schedulers = [keep('scheduler'), keep('scheduler')];
    const apis = [keep('api')];
    const processes = [...workers, ...schedulers, ...apis];

    const calm = new AbortController();
    const producing = produce({
      posthorn,
      ledger,
      apiUrl: `http://127.0.0.1:${port}`,
      apiKey,
      random: createSeededRandom(seed + 2),
      pauseMs: 150,
      until: calm.signal,
    });
    await pollUntil(
      () => receiver.total('steady').successes,
      (successes) => successes > 10,
      { what: 'deliveries before the storm', deadlineMs: 60_000 },
    );
    const parts: StormParts = {
      postgres,
      postgresProxy,
      redis,
      redisProxy,
      receiver,
      workers,
      schedulers,
      apis,
      random,
    };
    const struck = await strike(parts, options);
    calm.abort();
    const produced = await producing;

    try {
      await settle(postgres);
      await drain(posthorn);
    } catch (error) {
      const names = struck.map(({ name }) => name).join('; ');
      throw new Error(`not settled after: ${names}\n${lastWords(processes)}`, { cause: error });
    }
    const exitCodes = await Promise.all(processes.map((each) => each.stop()));
    if (exitCodes.some((code) => code !== 0)) {
      throw new Error(`ended with ${exitCodes}\n${lastWords(processes)}`);
    }
    const leaked = processesWith(marker);
    const stalled = processes.reduce((sum, each) => sum + stalledIn(each.output()), 0);
    await audit({
      stalled,
      struck,
      produced,
      webhookIds,
      receiver,
      postgres,
      posthorn,
      leaked,
    });
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup();
  }
}

/** What the processes said last. */
const lastWords = (processes: readonly KeptProcess[]) =>
  processes.map((each) => `--- ${each.role}\n${each.output().slice(-3_000)}`).join('\n');

/** How often a process says that it took up a job of a worker that gave no sign of life. */
const stalledIn = (output: string) => output.split('a worker died with this delivery').length - 1;

async function registerEndpoints(posthorn: Posthorn, receiver: StormReceiver) {
  const webhookIds = new Map<Endpoint, string>();
  for (const endpoint of ENDPOINTS) {
    const { webhook, secret } = await posthorn.webhooks.register({
      url: receiver.urlOf(endpoint),
      ...(endpoint === 'dead' ? { eventTypes: ['rare'], tier: 'low' } : {}),
    });
    receiver.trust(endpoint, secret);
    webhookIds.set(endpoint, webhook.id);
  }
  return webhookIds;
}

/** Strikes again and again, sometimes with the next fault while one still lasts. */
async function strike(parts: StormParts, { faults, strikes }: StormOptions): Promise<Fault[]> {
  const { random } = parts;
  const struck: Fault[] = [];
  const lasting = new Map<Fault, Promise<void>>();
  for (let n = 0; n < strikes; n += 1) {
    const fault = faults[Math.floor(random() * faults.length)];
    if (fault === undefined || lasting.has(fault)) continue;
    // What needs PostgreSQL to answer is not begun while it recovers from a crash, and Redis alike.
    const busy = [...lasting.keys()].some((other) => other.part === fault.part);
    if (busy) await Promise.all(lasting.values());
    struck.push(fault);
    lasting.set(
      fault,
      fault.strike(parts).finally(() => lasting.delete(fault)),
    );
    if (random() < 0.7) await Promise.all(lasting.values());
    await sleep(200 + random() * 1_500);
  }
  await Promise.all(lasting.values());
  return struck;
}

/** Waits until every delivery has ended. */
async function settle(postgres: StormPostgres): Promise<void> {
  await pollUntil(
    async () => {
      const [row] = await postgres.query<{ pending: string }>(
        `SELECT count(*) AS pending FROM posthorn.deliveries WHERE status = 'pending'`,
      );
      return Number(row?.pending);
    },
    (pending) => pending === 0,
    { what: 'the end of every delivery', deadlineMs: 150_000 },
  );
}

/** Waits until the queue holds nothing: jobs of deliveries that ended meanwhile leave it by and by. */
async function drain(posthorn: Posthorn): Promise<void> {
  await pollUntil(
    () => posthorn.queue.counts().catch(() => ({ active: -1 }) as Record<string, number>),
    ({ waiting = 0, active = 0, delayed = 0, failed = 0 }) =>
      waiting === 0 && active === 0 && delayed === 0 && failed === 0,
    { what: 'an empty queue', deadlineMs: 60_000 },
  );
}
