import { firstIdAt } from '../domain/id.js';
import type { Replay as ReplayRow } from './generated/client.js';
import type { ReplayStatus } from './generated/enums.js';
import type { Ledger } from './ledger.js';
import { type Page, type PageRequest, readPage } from './page.js';

/**
 * What can be replayed: deliveries that have ended, and events that the webhook wants and has no delivery of,
 * because they came while it was inactive, or before it was registered (`missed`).
 */
export const REPLAYABLE = ['delivered', 'exhausted', 'discarded', 'missed'] as const;

export type ReplayableStatus = (typeof REPLAYABLE)[number];

/** Past deliveries of one webhook that are made again. */
export interface Replay {
  readonly id: string;
  readonly accountId: string;
  readonly webhookId: string;
  readonly status: ReplayStatus;
  /** Deliveries that were made for events of this time. */
  readonly from: Date;
  readonly to: Date;
  readonly statuses: readonly ReplayableStatus[];
  /** Exact or with `*` segments; empty for every type. */
  readonly eventTypes: readonly string[];
  /** Most deliveries per second; null for as many as the webhook takes. */
  readonly rate: number | null;
  readonly idempotencyKey: string | null;
  /**
   * Deliveries that fitted when it began, with what was missed as far as it was found, and those made due so
   * far.
   */
  readonly total: number;
  readonly replayed: number;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

/** What a replay is made from, checked. */
export interface NewReplay
  extends Pick<
    Replay,
    | 'id'
    | 'accountId'
    | 'webhookId'
    | 'from'
    | 'to'
    | 'statuses'
    | 'eventTypes'
    | 'rate'
    | 'idempotencyKey'
  > {
  /** The event types as one regular expression; null for every type. */
  readonly pattern: string | null;
}

export interface ReplayFilter extends PageRequest {
  readonly accountId?: string | undefined;
  readonly webhookId?: string | undefined;
}

/**
 * The deliveries that fit a replay, by the parameters of `fitting`. A delivery's id has its event's time, so that a
 * time is a range of ids of both.
 */
export const FITTING = `
  delivery.webhook_id = $1::text AND delivery.id > $2::text AND delivery.id < $3::text
  AND delivery.status::text = ANY($4::text[])
  AND ($5::text IS NULL OR EXISTS (
    SELECT 1 FROM posthorn.events AS event
    WHERE event.id = delivery.event_id AND event.type ~ $5::text))`;

/** `$1` to `$5` of `FITTING`, for what lies after a position. */
export function fitting(replay: NewReplay, position = ''): unknown[] {
  const from = firstIdAt('dlv_', replay.from);
  return [
    replay.webhookId,
    position > from ? position : from,
    firstIdAt('dlv_', replay.to),
    replay.statuses,
    replay.pattern,
  ];
}

/**
 * Writes a replay with the count of what fits it. Where the webhook has one with the same idempotency key,
 * that one is answered.
 */
export async function insertReplay(
  ledger: Ledger,
  replay: NewReplay,
  now: Date,
): Promise<{ readonly replay: Replay; readonly duplicate: boolean }> {
  const { pattern: _pattern, statuses, eventTypes, ...columns } = replay;
  const { webhookId, idempotencyKey } = replay;
  const known = async () =>
    idempotencyKey === null
      ? null
      : ledger.replay.findUnique({
          where: { webhookId_idempotencyKey: { webhookId, idempotencyKey } },
        });
  const before = await known();
  if (before !== null) return { replay: toReplay(before), duplicate: true };
  const [row] = await ledger.$queryRawUnsafe<{ count: bigint }[]>(
    `SELECT count(*) AS count FROM posthorn.deliveries AS delivery WHERE ${FITTING}`,
    ...fitting(replay),
  );
  const { count } = await ledger.replay.createMany({
    data: [
      {
        ...columns,
        statuses: [...statuses],
        eventTypes: [...eventTypes],
        total: Number(row?.count ?? 0),
        position: statuses.includes('missed') ? firstIdAt('evt_', replay.from) : '',
        dueAt: now,
        createdAt: now,
      },
    ],
    skipDuplicates: true,
  });
  if (count === 0) {
    const other = await known();
    if (other !== null) return { replay: toReplay(other), duplicate: true };
  }
  const made = await ledger.replay.findUniqueOrThrow({ where: { id: replay.id } });
  return { replay: toReplay(made), duplicate: false };
}

export async function findReplay(
  ledger: Ledger,
  id: string,
  accountId?: string,
): Promise<Replay | undefined> {
  const row = await ledger.replay.findFirst({
    where: accountId === undefined ? { id } : { id, accountId },
  });
  return row === null ? undefined : toReplay(row);
}

export function listReplays(ledger: Ledger, filter: ReplayFilter): Promise<Page<Replay>> {
  const { accountId, webhookId } = filter;
  return readPage(
    filter,
    ({ before, take }) =>
      ledger.replay.findMany({
        where: {
          ...(accountId === undefined ? {} : { accountId }),
          ...(webhookId === undefined ? {} : { webhookId }),
          ...(before === undefined ? {} : { id: { lt: before } }),
        },
        orderBy: { id: 'desc' },
        take,
      }),
    toReplay,
  );
}

/** Ends a replay; what it made due already stays. False where it had ended. */
export async function cancelReplay(ledger: Ledger, id: string, now: Date): Promise<boolean> {
  const { count } = await ledger.replay.updateMany({
    where: { id, status: 'running' },
    data: { status: 'cancelled', dueAt: null, endedAt: now },
  });
  return count > 0;
}

/** What a webhook is owed. */
export interface Owed {
  readonly deliveries: number;
  /** When the first and the last of them were enqueued; null where there are none. */
  readonly oldest: Date | null;
  readonly newest: Date | null;
}

/** Counts what a webhook is owed. */
export async function countOwed(ledger: Ledger, webhookId: string): Promise<Owed> {
  const [row] = await ledger.$queryRaw<
    { deliveries: bigint; oldest: Date | null; newest: Date | null }[]
  >`
    SELECT count(*) AS deliveries, min(created_at) AS oldest, max(created_at) AS newest FROM (
      SELECT created_at FROM posthorn.deliveries
      WHERE webhook_id = ${webhookId} AND dispatch_at IS NULL AND status = 'pending'
      UNION ALL
      SELECT created_at FROM posthorn.deliveries
      WHERE webhook_id = ${webhookId} AND dispatch_at IS NOT NULL
    ) AS owed`;
  return {
    deliveries: Number(row?.deliveries ?? 0),
    oldest: row?.oldest ?? null,
    newest: row?.newest ?? null,
  };
}

/** A row as it is shown. */
export function toReplay(row: ReplayRow): Replay {
  const { position: _position, dueAt: _dueAt, ...shown } = row;
  return { ...shown, statuses: row.statuses as ReplayableStatus[] };
}
