-- The ledger, in a schema of its own. Column meanings stand in prisma/schema.prisma. A migration is cut
-- into statements at each semicolon, so comments and function bodies hold none.
BEGIN;

CREATE SCHEMA IF NOT EXISTS "posthorn";

CREATE TYPE "posthorn"."tier" AS ENUM ('critical', 'standard', 'low');
CREATE TYPE "posthorn"."deactivation_reason" AS ENUM ('owner', 'gone', 'zombie');
CREATE TYPE "posthorn"."delivery_status" AS ENUM ('pending', 'delivered', 'exhausted', 'discarded');

-- A sortable id: the prefix and 32 hex digits of a UUIDv7 (RFC 9562, section 5.7) of that time. Ids are
-- compared byte by byte (COLLATE "C"), so that their order is the order of time.
CREATE FUNCTION "posthorn"."sortable_id"(prefix text, at timestamptz) RETURNS text
LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
  SELECT prefix
    || lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0')
    || '7' || substr(random_hex, 14)
  FROM replace(gen_random_uuid()::text, '-', '') AS random_hex
$$;

CREATE TABLE "posthorn"."webhooks" (
  "id"                   TEXT COLLATE "C" NOT NULL,
  "account_id"           TEXT COLLATE "C" NOT NULL,
  "url"                  TEXT NOT NULL,
  "description"          TEXT NOT NULL DEFAULT '',
  "event_types"          TEXT[],
  "event_type_pattern"   TEXT,
  "tier"                 "posthorn"."tier" NOT NULL DEFAULT 'standard',
  "headers"              JSONB NOT NULL DEFAULT '{}',
  "secrets"              JSONB NOT NULL,
  "active"               BOOLEAN NOT NULL DEFAULT true,
  "active_since"         TIMESTAMPTZ(3) NOT NULL,
  "deactivated_at"       TIMESTAMPTZ(3),
  "deactivation_reason"  "posthorn"."deactivation_reason",
  "deactivation_detail"  TEXT,
  "last_success"         TIMESTAMPTZ(3),
  "last_failure"         TIMESTAMPTZ(3),
  "last_error"           TEXT,
  "failing_since"        TIMESTAMPTZ(3),
  "success_count"        BIGINT NOT NULL DEFAULT 0,
  "failure_count"        BIGINT NOT NULL DEFAULT 0,
  "consecutive_failures" INTEGER NOT NULL DEFAULT 0,
  "created_at"           TIMESTAMPTZ(3) NOT NULL,
  "updated_at"           TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "webhooks_pkey" PRIMARY KEY ("id")
) WITH (fillfactor = 70);
-- Counters change with every group of outcomes. No index names a column that changes while a webhook is
-- well, or while it goes on failing, so these updates stay within their page (HOT).
CREATE INDEX "webhooks_account_id_id_idx" ON "posthorn"."webhooks" ("account_id", "id");
-- The zombie sweep reads the failing ones alone.
CREATE INDEX "webhooks_failing_since_idx" ON "posthorn"."webhooks" ("failing_since")
  WHERE "active" AND "failing_since" IS NOT NULL;

CREATE TABLE "posthorn"."idempotency_keys" (
  "account_id" TEXT COLLATE "C" NOT NULL,
  "key"        TEXT COLLATE "C" NOT NULL,
  "event_id"   TEXT COLLATE "C" NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("account_id", "key")
);
CREATE INDEX "idempotency_keys_created_at_idx" ON "posthorn"."idempotency_keys" ("created_at");

-- From here on, tables in day partitions by id. Each has a default partition that takes rows of a day
-- that has no partition yet, so that a late partition job loses nothing. The job moves them when
-- it makes the day's partition. There are no foreign keys between these tables: whole days are dropped.
CREATE TABLE "posthorn"."events" (
  "id"              TEXT COLLATE "C" NOT NULL,
  "account_id"      TEXT COLLATE "C" NOT NULL,
  "type"            TEXT NOT NULL,
  "payload"         TEXT NOT NULL,
  "idempotency_key" TEXT,
  "created_at"      TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "events_pkey" PRIMARY KEY ("id")
) PARTITION BY RANGE ("id");
CREATE TABLE "posthorn"."events_default" PARTITION OF "posthorn"."events" DEFAULT;

CREATE TABLE "posthorn"."deliveries" (
  "id"               TEXT COLLATE "C" NOT NULL,
  "event_id"         TEXT COLLATE "C" NOT NULL,
  "webhook_id"       TEXT COLLATE "C" NOT NULL,
  "account_id"       TEXT COLLATE "C" NOT NULL,
  "status"           "posthorn"."delivery_status" NOT NULL DEFAULT 'pending',
  "attempt_count"    INTEGER NOT NULL DEFAULT 0,
  "schedule_from"    INTEGER NOT NULL DEFAULT 0,
  "due_at"           TIMESTAMPTZ(3) NOT NULL,
  "dispatch_at"      TIMESTAMPTZ(3),
  "last_outcome"     TEXT,
  "last_status_code" INTEGER,
  "created_at"       TIMESTAMPTZ(3) NOT NULL,
  "ended_at"         TIMESTAMPTZ(3),
  CONSTRAINT "deliveries_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "deliveries_ended" CHECK (("status" = 'pending') = ("ended_at" IS NULL)),
  CONSTRAINT "deliveries_dispatch" CHECK ("status" = 'pending' OR "dispatch_at" IS NULL)
) PARTITION BY RANGE ("id");
CREATE TABLE "posthorn"."deliveries_default" PARTITION OF "posthorn"."deliveries" DEFAULT;
CREATE INDEX "deliveries_event_id_idx" ON "posthorn"."deliveries" ("event_id");
CREATE INDEX "deliveries_webhook_id_id_idx" ON "posthorn"."deliveries" ("webhook_id", "id");
CREATE INDEX "deliveries_account_id_id_idx" ON "posthorn"."deliveries" ("account_id", "id");
-- The dispatcher reads what is due in the order in which it fell due.
CREATE INDEX "deliveries_dispatch_at_idx" ON "posthorn"."deliveries" ("dispatch_at")
  WHERE "dispatch_at" IS NOT NULL;
-- Reactivation and deletion find what is still owed to one webhook.
CREATE INDEX "deliveries_owed_idx" ON "posthorn"."deliveries" ("webhook_id")
  WHERE "status" = 'pending';

CREATE TABLE "posthorn"."attempts" (
  "id"               TEXT COLLATE "C" NOT NULL,
  "delivery_id"      TEXT COLLATE "C" NOT NULL,
  "webhook_id"       TEXT COLLATE "C" NOT NULL,
  "number"           INTEGER NOT NULL,
  "outcome"          TEXT NOT NULL,
  "status_code"      INTEGER,
  "error"            TEXT,
  "response_excerpt" TEXT,
  "started_at"       TIMESTAMPTZ(3) NOT NULL,
  "duration_ms"      INTEGER NOT NULL,
  CONSTRAINT "attempts_pkey" PRIMARY KEY ("id")
) PARTITION BY RANGE ("id");
CREATE TABLE "posthorn"."attempts_default" PARTITION OF "posthorn"."attempts" DEFAULT;
CREATE INDEX "attempts_delivery_id_idx" ON "posthorn"."attempts" ("delivery_id");
CREATE INDEX "attempts_webhook_id_id_idx" ON "posthorn"."attempts" ("webhook_id", "id");

COMMIT;
