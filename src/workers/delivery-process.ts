import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { Sender } from '../delivery/sender.js';
import type { Clock } from '../domain/clock.js';
import { newId } from '../domain/id.js';
import type { AttemptResult } from '../domain/outcome.js';
import type { SecretBox } from '../domain/secret-box.js';
import { judge, type Verdict } from '../domain/verdict.js';
import type { JobResult, QueuedDelivery } from '../queue/delivery-queue.js';
import { createBatcher } from '../store/batcher.js';
import { type DeliveryTask, loadTasks } from '../store/delivery-tasks.js';
import { QUEUE_LEASE_MS, shelveDeliveries } from '../store/dispatch.js';
import type { Ledger } from '../store/ledger.js';
import type { OutcomeRow } from '../store/outcomes.js';
import type { Recorder } from '../store/recorder.js';
import { createMessageSigner } from './delivery-message.js';

/** A delivery that can be made. */
type ReadyTask = DeliveryTask & { readonly webhook: NonNullable<DeliveryTask['webhook']> };

/** Whether a job still stands for something to do. */
type Check =
  | { readonly kind: 'ready'; readonly task: ReadyTask }
  /** It ended, or the ledger no longer holds it. */
  | { readonly kind: 'over' }
  /** Its webhook is inactive or deleted. */
  | { readonly kind: 'shelve' };

const DONE: JobResult = { kind: 'done' };

/**
 * Works on one delivery: load, check, sign, send, judge, record. Rejects only for faults of our own; then
 * nothing counts against the endpoint, and the queue brings the job back.
 */
export function createDeliveryProcess(options: {
  ledger: Ledger;
  sender: Sender;
  recorder: Recorder;
  secretBox: SecretBox;
  settings: Pick<Settings, 'retry' | 'timeout' | 'nearRetry'>;
  clock: Clock;
  random: () => number;
  /** Aborted when the process must end now: attempts under way are given up, uncounted. */
  abort: AbortSignal;
  log: Logger;
}): (delivery: QueuedDelivery) => Promise<JobResult> {
  const { ledger, sender, recorder, settings, clock, random, abort, log } = options;
  const sign = createMessageSigner(options.secretBox);

  // Jobs that start at the same time share the reading of their rows.
  const loads = createBatcher({
    flush: (keys: readonly { deliveryId: string; eventId: string }[]) => loadTasks(ledger, keys),
    maxItems: 200,
    maxDelayMs: 0,
    concurrency: 4,
  });

  // A webhook that was deactivated may have many jobs in the queue: they leave it together.
  const shelvings = createBatcher({
    flush: async (ids: readonly string[]) => {
      await shelveDeliveries(ledger, ids, clock());
      return ids;
    },
    maxItems: 500,
    maxDelayMs: 2,
    concurrency: 1,
  });

  async function attempt(task: ReadyTask): Promise<AttemptResult> {
    const { webhook, event } = task;
    const message = sign(event, webhook.secrets, clock());
    return sender.send({
      url: webhook.url,
      headers: webhook.headers,
      ...message,
      timeoutMs: settings.timeout,
      signal: abort,
    });
  }

  return async function process({ id, eventId }) {
    const check = checkTask(await loads.add({ deliveryId: id, eventId }));
    if (check.kind === 'over') return DONE;
    if (check.kind === 'shelve') {
      await shelvings.add(id);
      return DONE;
    }
    const { task } = check;
    const result = await attempt(task).catch((error: unknown) => {
      if (abort.aborted) return undefined;
      throw error;
    });
    if (result === undefined) return { kind: 'again', delayMs: 0 };

    const number = task.attemptCount + 1;
    const schedule = settings.retry[task.webhook.tier];
    const verdict = judge(result.outcome, number - task.scheduleFrom, schedule, random());
    const near = verdict.kind === 'retry' && verdict.delayMs <= settings.nearRetry;
    await recorder.record(toRow(task, number, result, verdict, near));
    logAttempt(log, task, number, result, verdict);
    return near ? { kind: 'again', delayMs: verdict.delayMs } : DONE;
  };
}

function checkTask(task: DeliveryTask | undefined): Check {
  if (task === undefined || task.status !== 'pending') return { kind: 'over' };
  const { webhook } = task;
  if (webhook === null || !webhook.active) return { kind: 'shelve' };
  return { kind: 'ready', task: { ...task, webhook } };
}

function toRow(
  task: ReadyTask,
  number: number,
  { startedAt, durationMs, outcome }: AttemptResult,
  verdict: Verdict,
  near: boolean,
): OutcomeRow {
  const finishedAt = new Date(startedAt.getTime() + durationMs);
  const ok = outcome.kind === 'ok';
  return {
    attemptId: newId('att_', startedAt),
    deliveryId: task.deliveryId,
    webhookId: task.webhook.id,
    number,
    ok,
    gone: verdict.kind === 'gone',
    outcome: ok ? 'ok' : outcome.errorClass,
    statusCode: outcome.statusCode,
    error: ok ? null : outcome.message,
    responseExcerpt: outcome.responseExcerpt,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    durationMs: Math.round(durationMs),
    ...nextState(task, verdict, near, finishedAt),
  };
}

/** Where the verdict leaves the delivery. */
function nextState(
  task: ReadyTask,
  verdict: Verdict,
  near: boolean,
  finishedAt: Date,
): Pick<OutcomeRow, 'status' | 'dueAt' | 'dispatchAt' | 'endedAt'> {
  const ended = {
    dueAt: task.dueAt.toISOString(),
    dispatchAt: null,
    endedAt: finishedAt.toISOString(),
  };
  switch (verdict.kind) {
    case 'delivered':
      return { status: 'delivered', ...ended };
    case 'exhausted':
      return { status: 'exhausted', ...ended };
    case 'gone': {
      const dueAt = new Date(finishedAt.getTime() + verdict.delayMs).toISOString();
      return { status: 'pending', dueAt, dispatchAt: null, endedAt: null };
    }
    case 'retry': {
      const due = finishedAt.getTime() + verdict.delayMs;
      const dispatchAt = new Date(near ? due + QUEUE_LEASE_MS : due).toISOString();
      return { status: 'pending', dueAt: new Date(due).toISOString(), dispatchAt, endedAt: null };
    }
    default:
      return verdict satisfies never;
  }
}

function logAttempt(
  log: Logger,
  task: ReadyTask,
  number: number,
  { durationMs, outcome }: AttemptResult,
  verdict: Verdict,
): void {
  log.debug(
    {
      deliveryId: task.deliveryId,
      eventId: task.event.id,
      webhookId: task.webhook.id,
      attempt: number,
      outcome: outcome.kind === 'ok' ? 'ok' : outcome.errorClass,
      statusCode: outcome.statusCode,
      durationMs: Math.round(durationMs),
      verdict: verdict.kind,
    },
    'attempt',
  );
}
