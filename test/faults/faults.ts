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

/** Puts right what a fault did. */
type Undo = () => unknown;

/** A fault that lasts for a while. */
function lasting(
  fault: Omit<Fault, 'strike'> & {
    /** Least and most time that it lasts, in milliseconds. */
    readonly forMs: readonly [number, number];
    readonly begin: (parts: StormParts) => Undo | Promise<Undo>;
  },
): Fault {
  const { forMs, begin, ...facts } = fault;
  return {
    ...facts,
    strike: async (parts) => {
      const undo = await begin(parts);
      await sleep(between(parts.random, ...forMs));
      await undo();
    },
  };
}

/** A process of these is sent a signal. */
const signalled =
  (which: 'workers' | 'schedulers' | 'apis', signal: NodeJS.Signals) => async (parts: StormParts) =>
    oneOf(parts[which], parts.random).signal(signal);

/** A process of these stands still. */
const stopped = (which: 'workers' | 'schedulers') => (parts: StormParts) => {
  const process = oneOf(parts[which], parts.random);
  process.signal('SIGSTOP');
  return () => process.signal('SIGCONT');
};

/** What a proxy does to all that goes through it. */
const spoiled =
  (which: 'redisProxy' | 'postgresProxy', how: 'stall' | 'cut') => (parts: StormParts) => {
    const proxy = parts[which];
    proxy[how]();
    return () => proxy.restore();
  };

/** What is switched on, and off again. */
const switched = (which: 'exhaust' | 'fillDisk') => async (parts: StormParts) => {
  await parts.postgres[which](true);
  return () => parts.postgres[which](false);
};

export const FAULTS: readonly Fault[] = [
  {
    name: 'a worker is killed',
    part: 'worker',
    workersHit: 1,
    strike: signalled('workers', 'SIGKILL'),
  },
  {
    name: 'a worker is told to stop, as by a deployment',
    part: 'worker',
    workersHit: 0,
    strike: signalled('workers', 'SIGTERM'),
  },
  lasting({
    name: 'a worker is stopped for longer than its lock, and goes on',
    part: 'worker',
    workersHit: 1,
    forMs: [5_000, 8_000],
    begin: stopped('workers'),
  }),
  {
    name: 'a scheduler is killed',
    part: 'scheduler',
    workersHit: 0,
    strike: signalled('schedulers', 'SIGKILL'),
  },
  lasting({
    name: 'a scheduler is stopped for a while, and goes on',
    part: 'scheduler',
    workersHit: 0,
    forMs: [1_000, 5_000],
    begin: stopped('schedulers'),
  }),
  {
    name: 'the API is killed',
    part: 'api',
    workersHit: 0,
    strike: signalled('apis', 'SIGKILL'),
  },
  lasting({
    name: 'Redis restarts and has lost everything',
    part: 'redis',
    workersHit: WORKERS,
    forMs: [0, 3_000],
    begin: async ({ redis }) => {
      await redis.stop();
      return () => redis.restart();
    },
  }),
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
  lasting({
    name: 'Redis is full',
    part: 'redis',
    workersHit: WORKERS,
    forMs: [500, 4_000],
    begin: async ({ redis }) => {
      await redis.command('CONFIG', 'SET', 'maxmemory', '1');
      return () => redis.command('CONFIG', 'SET', 'maxmemory', '0');
    },
  }),
  lasting({
    name: 'the network to Redis stalls',
    part: 'redis',
    workersHit: WORKERS,
    forMs: [500, 6_000],
    begin: spoiled('redisProxy', 'stall'),
  }),
  {
    name: 'the network to Redis swallows what is sent',
    part: 'redis',
    workersHit: WORKERS,
    strike: async ({ redisProxy }) => redisProxy.swallow(),
  },
  lasting({
    name: 'the network to Redis is cut',
    part: 'redis',
    workersHit: WORKERS,
    forMs: [500, 5_000],
    begin: spoiled('redisProxy', 'cut'),
  }),
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
  lasting({
    name: 'PostgreSQL has no connection left',
    part: 'postgres',
    workersHit: 0,
    forMs: [500, 4_000],
    begin: switched('exhaust'),
  }),
  lasting({
    name: "PostgreSQL's disk is full",
    part: 'postgres',
    workersHit: 0,
    forMs: [500, 4_000],
    begin: switched('fillDisk'),
  }),
  lasting({
    name: 'the network to PostgreSQL stalls',
    part: 'postgres',
    workersHit: 0,
    forMs: [500, 5_000],
    begin: spoiled('postgresProxy', 'stall'),
  }),
  {
    name: 'the network to PostgreSQL swallows what is sent',
    part: 'postgres',
    workersHit: 0,
    strike: async ({ postgresProxy }) => postgresProxy.swallow(),
  },
  lasting({
    name: 'the network to PostgreSQL is cut',
    part: 'postgres',
    workersHit: 0,
    forMs: [500, 4_000],
    begin: spoiled('postgresProxy', 'cut'),
  }),
  lasting({
    name: 'the receivers die and return',
    part: 'receiver',
    workersHit: 0,
    forMs: [500, 5_000],
    begin: async ({ receiver }) => {
      await receiver.die();
      return () => receiver.comeBack();
    },
  }),
  lasting({
    name: 'the receivers hang',
    part: 'receiver',
    workersHit: 0,
    forMs: [500, 4_000],
    begin: ({ receiver }) => {
      receiver.hang(true);
      return () => receiver.hang(false);
    },
  }),
];
