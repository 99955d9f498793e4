import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer } from '../support/redis-server.js';
import type { StormPostgres } from '../support/storm-postgres.js';
import type { TcpProxy } from '../support/tcp-proxy.js';
import type { KeptProcess } from './storm-processes.js';
import type { StormReceiver } from './storm-receiver.js';

/** Everything that can fail. */
export interface StormParts {
  readonly postgres: StormPostgres;
  readonly postgresProxy: TcpProxy;
  readonly redis: RedisServer;
  readonly redisProxy: TcpProxy;
  readonly receiver: StormReceiver;
  readonly workers: readonly KeptProcess[];
  readonly schedulers: readonly KeptProcess[];
  readonly apis: readonly KeptProcess[];
  /** Numbers from 0 up to 1, the same for the same seed. */
  readonly random: () => number;
}

/** What a fault is about. Two about the same are not made to last at the same time. */
export const FAULTY_PARTS = [
  'worker',
  'scheduler',
  'api',
  'redis',
  'postgres',
  'receiver',
] as const;

export type FaultyPart = (typeof FAULTY_PARTS)[number];

/** One thing that goes wrong, and comes right again. */
export interface Fault {
  readonly name: string;
  readonly part: FaultyPart;
  /**
   * How many workers' attempts in flight it may have made a second time: those of the workers that it ends,
   * or keeps from renewing their jobs' locks. 0 for a fault that must not cost a single duplicate.
   */
  readonly workersHit: number;
  /** Resolves when all is as before, as far as the fault is concerned. */
  strike(parts: StormParts): Promise<void>;
}

/** How many workers a storm runs. */
export const WORKERS = 3;

const between = (random: () => number, leastMs: number, mostMs: number) =>
  leastMs + Math.floor(random() * (mostMs - leastMs));

function oneOf(processes: readonly KeptProcess[], random: () => number): KeptProcess {
  const chosen = processes[Math.floor(random() * processes.length)];
  if (chosen === undefined) throw new Error('there is no process to choose from');
  return chosen;
}

/** Does something, undoes it after a while. */
async function forAWhile(
  { random }: StormParts,
  [leastMs, mostMs]: readonly [number, number],
  begin: () => Promise<void> | void,
  end: () => Promise<void> | void,
): Promise<void> {
  await begin();
  await sleep(between(random, leastMs, mostMs));
  await end();
}

export const FAULTS: readonly Fault[] = [
  {
    name: 'a worker is killed',
    part: 'worker',
    workersHit: 1,
    strike: async ({ workers, random }) => oneOf(workers, random).signal('SIGKILL'),
  },
  {
    name: 'a worker is told to stop, as by a deployment',
    part: 'worker',
    workersHit: 0,
    strike: async ({ workers, random }) => oneOf(workers, random).signal('SIGTERM'),
  },
  {
    name: 'a worker is stopped for longer than its lock, and goes on',
    part: 'worker',
    workersHit: 1,
    strike: async (parts) => {
      const worker = oneOf(parts.workers, parts.random);
      await forAWhile(
        parts,
        [5_000, 8_000],
        () => worker.signal('SIGSTOP'),
        () => worker.signal('SIGCONT'),
      );
    },
  },
  {
    name: 'a scheduler is killed',
    part: 'scheduler',
    workersHit: 0,
    strike: async ({ schedulers, random }) => oneOf(schedulers, random).signal('SIGKILL'),
  },
  {
    name: 'a scheduler is stopped for a while, and goes on',
    part: 'scheduler',
    workersHit: 0,
    strike: async (parts) => {
      const scheduler = oneOf(parts.schedulers, parts.random);
      await forAWhile(
        parts,
        [1_000, 5_000],
        () => scheduler.signal('SIGSTOP'),
        () => scheduler.signal('SIGCONT'),
      );
    },
  },
  {
    name: 'the API is killed',
    part: 'api',
    workersHit: 0,
    strike: async ({ apis, random }) => oneOf(apis, random).signal('SIGKILL'),
  },
  {
    name: 'Redis restarts and has lost everything',
    part: 'redis',
    workersHit: WORKERS,
    strike: async (parts) =>
      forAWhile(
        parts,
        [0, 3_000],
        () => parts.redis.stop(),
        () => parts.redis.restart(),
      ),
  },
  {
    name: 'Redis is flushed',
    part: 'redis',
    workersHit: WORKERS,
    strike: async ({ redis }) => {
      await redis.command('FLUSHALL');
    },
  },
  {
    name: 'Redis drops every connection, as at a failover',
    part: 'redis',
    workersHit: WORKERS,
    strike: async ({ redisProxy }) => redisProxy.drop(),
  },
  {
    name: 'Redis is full',
    part: 'redis',
    workersHit: WORKERS,
    strike: async (parts) =>
      forAWhile(
        parts,
        [500, 4_000],
        async () => void (await parts.redis.command('CONFIG', 'SET', 'maxmemory', '1')),
        async () => void (await parts.redis.command('CONFIG', 'SET', 'maxmemory', '0')),
      ),
  },
  {
    name: 'the network to Redis stalls',
    part: 'redis',
    workersHit: WORKERS,
    strike: async (parts) =>
      forAWhile(
        parts,
        [500, 6_000],
        () => parts.redisProxy.stall(),
        () => parts.redisProxy.restore(),
      ),
  },
  {
    name: 'the network to Redis swallows what is sent',
    part: 'redis',
    workersHit: WORKERS,
    strike: async ({ redisProxy }) => redisProxy.swallow(),
  },
  {
    name: 'the network to Redis is cut',
    part: 'redis',
    workersHit: WORKERS,
    strike: async (parts) =>
      forAWhile(
        parts,
        [500, 5_000],
        () => parts.redisProxy.cut(),
        () => parts.redisProxy.restore(),
      ),
  },
  {
    name: 'PostgreSQL crashes and recovers',
    part: 'postgres',
    workersHit: 0,
    strike: async ({ postgres, postgresProxy }) => {
      await postgres.crash();
      postgresProxy.aim(postgres.port());
    },
  },
  {
    name: "PostgreSQL's backends are killed",
    part: 'postgres',
    workersHit: 0,
    strike: ({ postgres }) => postgres.killBackends(),
  },
  {
    name: 'PostgreSQL has no connection left',
    part: 'postgres',
    workersHit: 0,
    strike: async (parts) =>
      forAWhile(
        parts,
        [500, 4_000],
        () => parts.postgres.exhaust(true),
        () => parts.postgres.exhaust(false),
      ),
  },
  {
    name: "PostgreSQL's disk is full",
    part: 'postgres',
    workersHit: 0,
    strike: async (parts) =>
      forAWhile(
        parts,
        [500, 4_000],
        () => parts.postgres.fillDisk(true),
        () => parts.postgres.fillDisk(false),
      ),
  },
  {
    name: 'the network to PostgreSQL stalls',
    part: 'postgres',
    workersHit: 0,
    strike: async (parts) =>
      forAWhile(
        parts,
        [500, 5_000],
        () => parts.postgresProxy.stall(),
        () => parts.postgresProxy.restore(),
      ),
  },
  {
    name: 'the network to PostgreSQL swallows what is sent',
    part: 'postgres',
    workersHit: 0,
    strike: async ({ postgresProxy }) => postgresProxy.swallow(),
  },
  {
    name: 'the network to PostgreSQL is cut',
    part: 'postgres',
    workersHit: 0,
    strike: async (parts) =>
      forAWhile(
        parts,
        [500, 4_000],
        () => parts.postgresProxy.cut(),
        () => parts.postgresProxy.restore(),
      ),
  },
  {
    name: 'the receivers die and return',
    part: 'receiver',
    workersHit: 0,
    strike: async (parts) =>
      forAWhile(
        parts,
        [500, 5_000],
        () => parts.receiver.die(),
        () => parts.receiver.comeBack(),
      ),
  },
  {
    name: 'the receivers hang',
    part: 'receiver',
    workersHit: 0,
    strike: async (parts) =>
      forAWhile(
        parts,
        [500, 4_000],
        () => parts.receiver.hang(true),
        () => parts.receiver.hang(false),
      ),
  },
];
