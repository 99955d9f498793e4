import type { Logger } from 'pino';
import type { AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import { ConflictError, missing, refuseField } from '../domain/errors.js';
import { checkKey } from '../domain/event.js';
import {
  assertEventTypePattern,
  compileEventTypes,
  MAX_EVENT_TYPES,
} from '../domain/event-type.js';
import { isId, newId } from '../domain/id.js';
import type { Ledger } from '../store/ledger.js';
import type { Page } from '../store/page.js';
import { stepReplay } from '../store/replay-step.js';
import {
  cancelReplay,
  countOwed,
  findReplay,
  insertReplay,
  listReplays,
  type Owed,
  REPLAYABLE,
  type Replay,
  type ReplayableStatus,
  type ReplayFilter,
} from '../store/replays.js';
import type { Webhook } from '../store/webhooks.js';

/** Which past deliveries are made again. */
export interface ReplayInput {
  /** Of events enqueued from this time on. */
  readonly from: Date;
  /** Up to this one; now where left out. */
  readonly to?: Date | undefined;
  /**
   * `exhausted` and `discarded` where left out. `missed` are events that it wants and has no delivery of. What
   * is pending is owed anyway.
   */
  readonly statuses?: readonly ReplayableStatus[] | undefined;
  /** Event types, exact or with `*` segments; every type where left out or empty. */
  readonly eventTypes?: readonly string[] | undefined;
  /** Most deliveries per second, 0.1 to 10,000; as many as the webhook takes where left out. */
  readonly rate?: number | null | undefined;
  /** A second replay of the webhook with this key is not made: the first one is answered. */
  readonly idempotencyKey?: string | undefined;
}

/** Makes many past deliveries again. Unknown ids throw `NotFoundError`. */
export interface Replays {
  /**
   * Begins a replay: a job makes the deliveries due, a few at a time, and receivers see the same `webhook-id`
   * as before. Throws `InvalidInputError`, and `ConflictError` where the webhook is inactive.
   */
  start(
    webhookId: string,
    input: ReplayInput & AccountScope,
  ): Promise<{ readonly replay: Replay; readonly duplicate: boolean }>;
  get(id: string, scope?: AccountScope): Promise<Replay>;
  /** A page of replays, newest first. */
  list(filter?: ReplayFilter): Promise<Page<Replay>>;
  /** Ends it; what it made due already is still delivered. Throws `ConflictError` where it had ended. */
  cancel(id: string, scope?: AccountScope): Promise<Replay>;
  /**
   * Begins a replay of what a webhook missed while Posthorn had deactivated it; once for each time.
   */
  catchUp(webhook: Pick<Webhook, 'id' | 'accountId'>, from: Date): Promise<void>;
  /** What the webhook is owed: what a reactivation would replay or discard. */
  owed(webhookId: string, scope?: AccountScope): Promise<Owed>;
  /** Takes running replays further, as far as their paces allow: what the repeatable job does. */
  advance(): Promise<void>;
}

const LEAST_RATE = 0.1;
const MOST_RATE = 10_000;

/** How long one run of the job goes on, in milliseconds, so that it ends when a process stops. */
const RUN_MS = 10_000;

export function createReplays(options: {
  ledger: Ledger;
  webhooks: { get(id: string, scope?: AccountScope): Promise<Webhook> };
  clock: Clock;
  log: Logger;
}): Replays {
  const { ledger, webhooks, clock, log } = options;

  async function get(id: string, { accountId }: AccountScope = {}): Promise<Replay> {
    const found = isId('rpl_', id) ? await findReplay(ledger, id, accountId) : undefined;
    return found ?? missing('replay', id);
  }

  return {
    async start(webhookId, { accountId, ...input }) {
      const webhook = await webhooks.get(webhookId, { accountId });
      if (!webhook.active) {
        throw new ConflictError(`webhook ${webhookId} is inactive`, {
          hint: 'reactivate it first; what it is owed is then made again',
        });
      }
      const now = clock();
      const checked = { id: newId('rpl_', now), ...checkReplay(input, now) };
      const result = await insertReplay(
        ledger,
        { ...checked, webhookId, accountId: webhook.accountId },
        now,
      );
      const { id, total } = result.replay;
      if (!result.duplicate) {
        const line = { replayId: id, webhookId, accountId: webhook.accountId, total };
        log.info(line, 'replay begun');
      }
      return result;
    },

    async catchUp({ id: webhookId, accountId }, from) {
      const now = clock();
      await insertReplay(
        ledger,
        {
          id: newId('rpl_', now),
          webhookId,
          accountId,
          from,
          to: now,
          statuses: ['missed'],
          eventTypes: [],
          pattern: null,
          rate: null,
          idempotencyKey: `reactivated:${from.getTime()}`,
        },
        now,
      );
    },

    get,
    list: (filter = {}) => listReplays(ledger, filter),

    async cancel(id, scope = {}) {
      const { webhookId, accountId } = await get(id, scope);
      if (!(await cancelReplay(ledger, id, clock()))) {
        throw new ConflictError(`replay ${id} has ended already`);
      }
      log.info({ replayId: id, webhookId, accountId }, 'replay cancelled');
      return get(id, scope);
    },

    async owed(webhookId, { accountId } = {}) {
      await webhooks.get(webhookId, { accountId });
      return countOwed(ledger, webhookId);
    },

    async advance() {
      const end = performance.now() + RUN_MS;
      while (performance.now() < end) {
        const step = await stepReplay(ledger, clock(), compileEventTypes);
        if (step === undefined) return;
        const { id: replayId, webhookId, accountId, done } = step;
        if (done) log.info({ replayId, webhookId, accountId }, 'replay done');
      }
    },
  };
}

function checkReplay(input: ReplayInput, now: Date) {
  const { from, to = now, statuses = ['exhausted', 'discarded'], eventTypes = [] } = input;
  const { rate = null, idempotencyKey } = input;
  if (!isTime(from)) refuseField('from', 'must be a time');
  if (!isTime(to) || to <= from) refuseField('to', 'must be a time after from');
  if (!Array.isArray(statuses) || statuses.length === 0)
    refuseField('statuses', 'not a list of states');
  for (const status of statuses) {
    if (!REPLAYABLE.includes(status))
      refuseField('statuses', `not one of ${REPLAYABLE.join(', ')}`);
  }
  if (!Array.isArray(eventTypes) || eventTypes.length > MAX_EVENT_TYPES) {
    refuseField('eventTypes', `not a list of at most ${MAX_EVENT_TYPES} event types`);
  }
  for (const pattern of eventTypes) assertEventTypePattern(pattern);
  if (rate !== null && !(typeof rate === 'number' && rate >= LEAST_RATE && rate <= MOST_RATE)) {
    refuseField('rate', `not a number of deliveries per second from ${LEAST_RATE} to ${MOST_RATE}`);
  }
  const key = idempotencyKey === undefined ? null : checkKey('idempotencyKey', idempotencyKey);
  return {
    from,
    to,
    statuses: [...new Set(statuses)],
    eventTypes,
    pattern: compileEventTypes(eventTypes),
    rate,
    idempotencyKey: key,
  };
}

function isTime(time: unknown): time is Date {
  return time instanceof Date && time.getTime() >= 0;
}
