import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { restartPauseMs } from '../../src/cli/worker-processes.js';
import type { PosthornOptions } from '../../src/config.js';
import { createPosthorn, type Posthorn } from '../../src/posthorn.js';
import { runCommand } from '../support/command-line.js';
import { readMetrics, sampleValue } from '../support/metrics.js';
import { type NodeProcess, startNode } from '../support/node-process.js';
import { pollUntil } from '../support/poll.js';
import { freshOptions, openTestPosthorn, type PosthornBundle } from '../support/posthorn.js';
import { environment } from '../support/posthorn-process.js';
import { type Receiver, startReceiver } from '../support/receiver.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const EVENTS = 300;

/** Webhooks that share an endpoint, so that no limit of one webhook keeps a process from its work. */
const WEBHOOKS = 60;

/** Deliveries that each process makes at the same time. */
const CONCURRENCY = 20;

/** More than two processes can have in flight: all three have some. */
const ALL_BUSY = 2 * CONCURRENCY + 1;

interface LogLine {
  readonly msg: string;
  readonly pid: number;
  readonly workerPid?: number;
  readonly code?: number | null;
  readonly signal?: string | null;
  readonly address?: string;
}

/** A `posthorn start` with workers beside it. */
interface Start {
  /** Its end is that of its workers too, because they hold its stderr until they end. */
  readonly node: NodeProcess;
  /** The process id of the parent. */
  readonly pid: number;
  /** The workers that started so far, without the parent. */
  workers(): number[];
  /** The log lines of all processes so far that say this. */
  logged(message: string): LogLine[];
}

/** Runs `posthorn start --processes 3`, all of them at work. */
async function startThree(options: PosthornOptions): Promise<Start> {
  const words = ['start', '--roles', 'worker,scheduler', '--processes', '3'];
  const node = startNode([MAIN, ...words], {
    cwd: process.cwd(),
    // No answer that is held back runs into the time limit.
    environment: environment({
      ...options,
      logLevel: 'debug',
      concurrency: CONCURRENCY,
      timeout: '5m',
      healthPort: 0,
    }),
  });
  const logged = (message: string) =>
    node.lines
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine)
      .filter(({ msg }) => msg === message);
  const workers = () => logged('worker process started').map(({ pid }) => pid);
  await node.waitForLine(/"msg":"started"/);
  await pollUntil(workers, (pids) => pids.length === 2, { what: 'two worker processes' });
  const [{ pid } = { pid: 0 }] = logged('started');
  return { node, pid, workers, logged };
}

/** What one scrape of the parent tells. */
async function scrape({ logged }: Start) {
  const [{ address = '' } = {}] = logged('started');
  const response = await fetch(`${address}/metrics`);
  return readMetrics(await response.text());
}

/** An endpoint that answers after a while, or not before it is told to. */
async function startEndpoint(delayMs: number): Promise<{ receiver: Receiver; hold(): () => void }> {
  let released = Promise.resolve();
  const receiver = await startReceiver({
    respond: async () => {
      await released;
      return { delayMs };
    },
  });
  onTestFinished(() => receiver.close());
  const hold = () => {
    let release = () => {};
    released = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  };
  return { receiver, hold };
}

/** Webhooks that want one event type each. */
async function registerWebhooks(posthorn: Posthorn, receiver: Receiver): Promise<void> {
  for (let n = 0; n < WEBHOOKS; n += 1) {
    const input = { url: `${receiver.url}/${n}`, eventTypes: [`expense.${n}`] };
    await posthorn.webhooks.register(input);
  }
}

/** A ledger with webhooks, and their endpoint. */
async function openWithEndpoint() {
  const { receiver, hold } = await startEndpoint(50);
  const bundle = await openTestPosthorn();
  await registerWebhooks(bundle.posthorn, receiver);
  return { bundle, receiver, hold };
}

/** Enqueues events in turn for each webhook. */
async function enqueueEvents(posthorn: Posthorn, count = EVENTS): Promise<Set<string>> {
  const events = await posthorn.enqueueMany(
    Array.from({ length: count }, (_, n) => ({
      type: `expense.${n % WEBHOOKS}`,
      payload: { n },
    })),
  );
  return new Set(events.map(({ id }) => id));
}

function allDelivered({ ledger }: PosthornBundle, count: number): Promise<number> {
  return pollUntil(
    () => ledger.delivery.count({ where: { status: 'delivered' } }),
    (delivered) => delivered === count,
    { deadlineMs: 120_000, what: `${count} deliveries` },
  );
}

const receivedIds = (receiver: Receiver) =>
  new Set(receiver.requests.map(({ headers }) => String(headers['webhook-id'])));

const pidsOf = (lines: readonly LogLine[]) => new Set(lines.map(({ pid }) => pid));

/** Waits until so many processes have begun to stop. */
function stopping({ logged }: Start, count: number) {
  return pollUntil(
    () => pidsOf(logged('stopping')),
    (pids) => pids.size === count,
    { what: `${count} processes that stop` },
  );
}

const RESTART = 'a worker process ended and is started again';

describe('posthorn start --processes 3', () => {
  test('delivers through several processes, starts one again that was killed, and leaves none at SIGTERM', async () => {
    const { bundle, receiver } = await openWithEndpoint();
    const start = await startThree(bundle.options);
    const { node, pid, workers, logged } = start;
    const ids = await enqueueEvents(bundle.posthorn);
    await allDelivered(bundle, EVENTS);
    expect(receivedIds(receiver)).toEqual(ids);
    expect(receiver.count()).toBe(EVENTS);
    // An attempt is logged after it was recorded.
    await pollUntil(
      () => logged('attempt').length,
      (lines) => lines === EVENTS,
      { what: 'a line for each attempt' },
    );
    expect(pidsOf(logged('attempt')).size).toBeGreaterThan(1);
    expect(logged(RESTART)).toEqual([]);

    const metrics = await scrape(start);
    const made = ['0', '1', '2'].map((process) =>
      sampleValue(metrics, 'posthorn_attempts_total', { process, outcome: 'ok' }),
    );
    expect(made.reduce((sum = 0, count = 0) => sum + count)).toBe(EVENTS);
    expect(metrics.get('process_start_time_seconds')?.samples).toHaveLength(3);
    expect(metrics.get('posthorn_backlog_deliveries')?.samples).toHaveLength(1);

    const [doomed = 0] = workers();
    const more = await enqueueEvents(bundle.posthorn);
    await receiver.waitForRequests(EVENTS + EVENTS / 3);
    process.kill(doomed, 'SIGKILL');
    await pollUntil(workers, (pids) => pids.length === 3, { what: 'a third worker process' });
    expect(logged(RESTART)).toMatchObject([{ workerPid: doomed, code: null, signal: 'SIGKILL' }]);
    await allDelivered(bundle, 2 * EVENTS);
    expect(receivedIds(receiver)).toEqual(new Set([...ids, ...more]));

    expect(await node.stop()).toBe(0);
    const left = workers().filter((worker) => worker !== doomed);
    expect(pidsOf(logged('stopped'))).toEqual(new Set([pid, ...left]));
  });

  test('its workers end in order by themselves when it is killed', async () => {
    const { bundle, receiver, hold } = await openWithEndpoint();
    const start = await startThree(bundle.options);
    const { node, pid, workers, logged } = start;
    const release = hold();
    await enqueueEvents(bundle.posthorn);
    await receiver.waitForRequests(ALL_BUSY);
    process.kill(pid, 'SIGKILL');
    await stopping(start, 2);
    release();
    expect(await node.exited).toBeNull();
    expect(pidsOf(logged('stopped'))).toEqual(new Set(workers()));
    expect(pidsOf(logged('attempt'))).toEqual(new Set(workers()));
    // Theirs are recorded; those that the killed process had in flight are made again.
    const unrecorded = receiver.count() - (await bundle.ledger.attempt.count());
    expect(unrecorded).toBeGreaterThan(0);
    expect(unrecorded).toBeLessThanOrEqual(CONCURRENCY);
  });

  test('signals that reach the workers too, and twice, do not cut their stop short', async () => {
    const { bundle, receiver, hold } = await openWithEndpoint();
    const start = await startThree(bundle.options);
    const { node, pid, workers, logged } = start;
    const release = hold();
    await enqueueEvents(bundle.posthorn);
    await receiver.waitForRequests(ALL_BUSY);
    // As Ctrl-C in a terminal does, and then a service manager that signals the whole group.
    for (const receiving of [...workers(), pid]) process.kill(receiving, 'SIGINT');
    await stopping(start, 3);
    for (const worker of workers()) process.kill(worker, 'SIGTERM');
    release();
    expect(await node.exited).toBe(0);
    expect(pidsOf(logged('stopped'))).toEqual(new Set([pid, ...workers()]));
    expect(await bundle.ledger.attempt.count()).toBe(receiver.count());
  });

  test('a second signal ends it and its workers at once', async () => {
    const { bundle, receiver, hold } = await openWithEndpoint();
    const start = await startThree(bundle.options);
    const { node, pid, logged } = start;
    hold();
    await enqueueEvents(bundle.posthorn);
    await receiver.waitForRequests(ALL_BUSY);
    process.kill(pid, 'SIGTERM');
    await stopping(start, 3);
    process.kill(pid, 'SIGTERM');
    expect(await node.exited).toBe(143);
    expect(logged('stopped')).toEqual([]);
  });

  test('an embedded PostgreSQL stays until the workers have recorded what they made', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'posthorn-processes-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await chmod(folder, 0o711); // where PostgreSQL runs as another user
    const { redisUrl, queuePrefix, allowCidrs } = await freshOptions();
    const options = { redisUrl, queuePrefix, allowCidrs, dataDir: join(folder, 'data') };
    const { receiver, hold } = await startEndpoint(1_000);
    const { node, pid, workers, logged } = await startThree(options);
    const posthorn = await createPosthorn({ ...options, logLevel: 'silent' });
    onTestFinished(() => posthorn.stop());
    await registerWebhooks(posthorn, receiver);
    // The parent gets nothing to wait for, so that it could stop long before its workers.
    process.kill(pid, 'SIGSTOP');
    const release = hold();
    await enqueueEvents(posthorn, 10);
    await receiver.waitForRequests(10);
    await posthorn.stop();
    process.kill(pid, 'SIGTERM');
    process.kill(pid, 'SIGCONT');
    await node.waitForLine(/"msg":"stopping"/);
    release();
    expect(await node.exited).toBe(0);
    expect(logged('attempt')).toHaveLength(10);
    expect(pidsOf(logged('stopped'))).toEqual(new Set([pid, ...workers()]));
  });
});

describe('posthorn start --processes refuses', () => {
  test.each(['0', '257', '1.5', 'many'])('%s, which is no number of processes', async (number) => {
    const result = await runCommand(['start', '--processes', number], {});
    expect(result).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Use a whole number from 1 to 256, or auto.'),
    });
  });

  test('roles without the worker', async () => {
    const words = ['start', '--roles', 'api,scheduler', '--processes', '2'];
    const result = await runCommand(words, await freshOptions());
    expect(result).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('--processes 2 needs the role worker'),
    });
  });

  test('a queue on the database, before anything starts', async () => {
    const options = { ...(await freshOptions()), redisUrl: '', logLevel: 'info' };
    const result = await runCommand(['start', '--processes', '2'], options);
    expect(result).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^error: REDIS_URL is needed for more than one process\n/),
    });
  });

  test('to be bypassed: a worker process has a parent', async () => {
    const result = await runCommand(['worker-process'], await freshOptions());
    expect(result).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('use `posthorn start --roles worker`'),
    });
  });
});

test('the pause before a restart grows from 1 s to 30 s, and is 1 s again after a minute that went well', () => {
  const pauses: number[] = [];
  for (const ranMs of [0, 59_999, 10, 10, 10, 10, 10, 60_000, 10]) {
    pauses.push(restartPauseMs(pauses.at(-1) ?? 0, ranMs));
  }
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 1_000, 2_000]);
});
