import type { Actor, HistoryType } from '../domain/notice.js';
import { SILENT_TYPES } from '../domain/notice.js';
import type { Ledger, SqlRunner } from './ledger.js';
import { type Page, type PageRequest, readPage } from './page.js';

/** Something to be told, or kept in a webhook's history. */
export interface NewNotice {
  readonly accountId: string;
  /** Null for an incident of a whole account. */
  readonly webhookId: string | null;
  readonly type: HistoryType;
  readonly at: Date;
  readonly actor: Actor;
  /** Why, in a sentence. */
  readonly detail: string;
  /** What programs want to know besides. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** What must be told once only: a second notice with the same key is not written. */
  readonly key?: string;
}

/** A notice as the API and the library show it. */
export interface Notice {
  readonly id: string;
  readonly type: string;
  readonly at: Date;
  /** `owner`, `setting` or the id of an API key, or `posthorn`. */
  readonly actor: string;
  readonly detail: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Writes notices; a job hands them to channels and operational webhooks. Call it in the transaction of the
 * change that they tell of, so that neither is there without the other.
 *
 * @returns the keys of those that were written, of the notices that have one
 */
export async function writeNotices(
  runner: SqlRunner,
  notices: readonly NewNotice[],
): Promise<readonly string[]> {
  if (notices.length === 0) return [];
  const rows = await runner.$queryRawUnsafe<{ key: string | null }[]>(
    WRITE_NOTICES,
    JSON.stringify(notices),
    SILENT_TYPES,
  );
  return rows.flatMap(({ key }) => (key === null ? [] : [key]));
}

const WRITE_NOTICES = `
  WITH input AS (
    SELECT * FROM json_to_recordset($1::text::json) AS input ("accountId" text, "webhookId" text,
      "type" text, "at" timestamptz, "actor" text, "detail" text, "data" jsonb, "key" text)
  )
  INSERT INTO posthorn.notices (id, account_id, webhook_id, type, at, actor, detail, data, key, routed_at)
  SELECT posthorn.sortable_id('ntc_', "at"), "accountId", "webhookId", "type", "at", "actor", "detail",
    coalesce("data", '{}'), "key", CASE WHEN "type" = ANY($2::text[]) THEN "at" END
  FROM input ORDER BY "key"
  ON CONFLICT (key) DO NOTHING
  RETURNING key`;

/** The columns that a statement fills which tells of its own change. */
export const NOTICE_COLUMNS = 'id, account_id, webhook_id, type, at, actor, detail, data';

/** What every notice about a row of `webhook` says of it. */
export const WEBHOOK_DATA = `
  jsonb_build_object('url', webhook.url, 'tier', webhook.tier, 'lastSuccess', webhook.last_success,
    'failingSince', webhook.failing_since, 'consecutiveFailures', webhook.consecutive_failures,
    'lastError', webhook.last_error)`;

/** A page of what happened to a webhook, newest first. */
export function listHistory(
  ledger: Ledger,
  webhookId: string,
  request: PageRequest,
): Promise<Page<Notice>> {
  return readPage(
    request,
    ({ before, take }) =>
      ledger.notice.findMany({
        where: {
          webhookId,
          type: { not: 'delivery.exhausted' },
          ...(before === undefined ? {} : { id: { lt: before } }),
        },
        orderBy: { id: 'desc' },
        take,
      }),
    ({ id, type, at, actor, detail, data }) => ({
      id,
      type,
      at,
      actor,
      detail,
      data: data as Record<string, unknown>,
    }),
  );
}

/** Forgets notices of exhausted deliveries that were handed on before a time; the deliveries say it too. */
export function deleteExhaustedNotices(ledger: Ledger, before: Date): Promise<number> {
  return ledger.$executeRaw`
    DELETE FROM posthorn.notices
    WHERE type = 'delivery.exhausted' AND routed_at < ${before.toISOString()}::timestamptz`;
}
