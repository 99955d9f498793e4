import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { BeforeHook, QueueAdapterOptions } from '@bull-board/api/typings/app';
import type { Logger } from 'pino';
import { formatDuration } from '../domain/duration.js';
import { JOB_OPTIONS, type QueueBackend, type QueuePlace } from './backend.js';
import type { BoardAccess, QueueBoard, QueueOverview } from './board.js';
import { boardDocument, STYLE_SOURCES } from './board-document.js';
import { type BoardRouter, createBoardRouter } from './board-router.js';
import { deliveryPlaces } from './delivery-queue.js';
import { reportErrors } from './error-report.js';
import { REPEATABLE_QUEUE } from './repeatable-jobs.js';

/** Where the package of its pages is. */
const UI_FOLDER = dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json'));

const UI_CONFIG = {
  boardTitle: 'Posthorn queues',
  hideDocsLink: true,
  miscLinks: [{ text: 'Back to Posthorn', url: '/queues' }],
  locale: { lng: 'en-US' },
};

/** What may be done to both queues. */
const CHANGES: ReadonlySet<string> = new Set([
  '/api/queues/pause',
  '/api/queues/resume',
  '/api/queues/:queueName/pause',
  '/api/queues/:queueName/resume',
  '/api/queues/:queueName/:jobId/promote',
  '/api/queues/:queueName/job-schedulers/:schedulerId/run',
]);

/** What may be done to deliveries besides: what is removed here is owed, and offered again by its lease's end. */
const CHANGES_OF_DELIVERIES: ReadonlySet<string> = new Set([
  '/api/queues/:queueName/empty',
  '/api/queues/:queueName/promote',
  '/api/queues/:queueName/retry/:queueStatus',
  '/api/queues/:queueName/clean/:queueStatus',
  '/api/queues/:queueName/:jobId/retry',
  '/api/queues/:queueName/:jobId/clean',
]);

/**
 * Lets through what the ledger and the dispatcher mend by themselves. Jobs that were made or rewritten here
 * would stand for no delivery, and schedules and limits follow from Posthorn's settings.
 */
const onlyHarmless: BeforeHook = async ({ method, route, request }) => {
  const ofDeliveries = request.params.queueName !== REPEATABLE_QUEUE.name;
  const harmless = CHANGES.has(route) || (ofDeliveries && CHANGES_OF_DELIVERIES.has(route));
  if (method === 'get' || harmless) return undefined;
  return {
    allow: false,
    status: 403,
    message: 'Posthorn keeps jobs, schedules and limits itself.',
  };
};

/** Opens it: both queues again, because a process without the scheduler has none of the repeatable jobs. */
export function openQueueBoard(backend: QueueBackend, log: Logger): QueueBoard {
  const places: readonly QueuePlace[] = [...deliveryPlaces(backend.shards), REPEATABLE_QUEUE];
  const queues = places.map((place) => {
    const queue = backend.createQueue(place, JOB_OPTIONS);
    reportErrors((listener) => queue.on('error', listener), 'queue board', log);
    return { place, queue };
  });

  const adapt = (access: BoardAccess) =>
    queues.map(({ place, queue }) => {
      // Both backends make BullMQ's own queues, of which the rest of Posthorn uses less.
      const whole = queue as unknown as ConstructorParameters<typeof BullMQAdapter>[0];
      return new BullMQAdapter(whole, { ...describe(place), readOnlyMode: access === 'look' });
    });

  function openRouter(adapters: readonly BullMQAdapter[]): BoardRouter {
    const router = createBoardRouter();
    createBullBoard({
      queues: adapters,
      serverAdapter: router.adapter,
      options: {
        uiBasePath: UI_FOLDER,
        uiConfig: UI_CONFIG,
        handlerHooks: { before: onlyHarmless },
      },
    });
    return router;
  }

  const lookers = adapt('look');
  const routers = { look: openRouter(lookers), change: openRouter(adapt('change')) };
  const view = readFileSync(join(UI_FOLDER, 'dist/index.ejs'), 'utf8');

  return {
    staticFolder: join(UI_FOLDER, 'dist/static'),
    styleSources: STYLE_SOURCES,
    document: (path, access) => boardDocument(view, path, routers[access].uiConfig()),
    answer: async (request, access) => {
      await backend.ready();
      return routers[access].answer(request);
    },
    async overview() {
      await backend.ready();
      return {
        kind: backend.kind,
        queues: await Promise.all(lookers.map(overviewOf)),
        repeatableJobs: await repeatableJobsOf(lookers.at(-1)),
      };
    },
    close: async () => {
      await Promise.all(queues.map(({ queue }) => queue.close()));
    },
  };
}

async function overviewOf(queue: BullMQAdapter): Promise<QueueOverview> {
  const [counts, paused] = await Promise.all([queue.getJobCounts(), queue.isPaused()]);
  const { waiting = 0, active = 0, delayed = 0, failed = 0 } = counts;
  return { name: queue.getName(), paused, waiting, active, delayed, failed };
}

async function repeatableJobsOf(queue: BullMQAdapter | undefined) {
  const schedulers = (await queue?.getJobSchedulers()) ?? [];
  return schedulers
    .map(({ name, pattern, every = 0, next }) => ({
      name: name ?? '',
      schedule: pattern ?? `every ${formatDuration(every)}`,
      nextAt: next === undefined ? null : new Date(next),
    }))
    .toSorted((one, other) => one.name.localeCompare(other.name));
}

/** How a queue is shown; shards have one name and differ by its prefix. */
function describe({ name, shard }: QueuePlace): Partial<QueueAdapterOptions> {
  if (name === REPEATABLE_QUEUE.name) return { description: 'What Posthorn does by the clock' };
  const sharded = shard !== undefined && shard.of > 1;
  return {
    description:
      'Deliveries that are to be made soon; their webhooks, payloads and attempts are in the ledger',
    ...(sharded ? { prefix: `${shard.index + 1}-of-${shard.of}-` } : {}),
    externalJobUrl: ({ id }) => ({ href: `/deliveries/${id}`, displayText: 'In the ledger' }),
  };
}
