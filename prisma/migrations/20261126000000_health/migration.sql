-- What keeps endpoints healthy: quality figures, notices, channels, alert rules, tests and replays. Column
-- meanings stand in prisma/schema.prisma.
BEGIN;

CREATE TYPE "posthorn"."verification_method" AS ENUM ('none', 'ping', 'handshake', 'challenge');
CREATE TYPE "posthorn"."channel_kind" AS ENUM ('email', 'slack');
CREATE TYPE "posthorn"."message_status" AS ENUM ('pending', 'sent', 'failed', 'dropped');
CREATE TYPE "posthorn"."replay_status" AS ENUM ('running', 'done', 'cancelled');

ALTER TABLE "posthorn"."webhooks"
  ADD COLUMN "operational"  BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "overrides"    JSONB NOT NULL DEFAULT '{}',
  ADD COLUMN "verification" "posthorn"."verification_method" NOT NULL DEFAULT 'none',
  ADD COLUMN "verified_at"  TIMESTAMPTZ(3);

-- Whoever has something to tell looks whether anybody listens.
CREATE INDEX "webhooks_operational_idx" ON "posthorn"."webhooks" ("account_id") WHERE "operational" AND "active";

ALTER TABLE "posthorn"."events" ADD COLUMN "operational" BOOLEAN NOT NULL DEFAULT false;

CREATE TABLE "posthorn"."webhook_stats" (
  "webhook_id"      TEXT COLLATE "C" NOT NULL,
  "span"            INTEGER NOT NULL,
  "start"           TIMESTAMPTZ(3) NOT NULL,
  "successes"       INTEGER NOT NULL,
  "failures"        INTEGER NOT NULL,
  "failure_classes" JSONB NOT NULL DEFAULT '{}',
  "duration_sum"    BIGINT NOT NULL,
  "buckets"         SMALLINT[],
  "bucket_counts"   INTEGER[],
  CONSTRAINT "webhook_stats_pkey" PRIMARY KEY ("webhook_id", "span", "start")
);
CREATE INDEX "webhook_stats_span_start_idx" ON "posthorn"."webhook_stats" ("span", "start");

CREATE TABLE "posthorn"."marks" (
  "name" TEXT COLLATE "C" NOT NULL,
  "at"   TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "marks_pkey" PRIMARY KEY ("name")
);

CREATE TABLE "posthorn"."notices" (
  "id"          TEXT COLLATE "C" NOT NULL,
  "account_id"  TEXT COLLATE "C" NOT NULL,
  "webhook_id"  TEXT COLLATE "C",
  "type"        TEXT NOT NULL,
  "at"          TIMESTAMPTZ(3) NOT NULL,
  "actor"       TEXT NOT NULL,
  "detail"      TEXT NOT NULL,
  "data"        JSONB NOT NULL DEFAULT '{}',
  "key"         TEXT COLLATE "C",
  "routed_at"   TIMESTAMPTZ(3),
  CONSTRAINT "notices_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "notices_key_key" ON "posthorn"."notices" ("key");
CREATE INDEX "notices_webhook_id_id_idx" ON "posthorn"."notices" ("webhook_id", "id");
CREATE INDEX "notices_account_id_id_idx" ON "posthorn"."notices" ("account_id", "id");
-- What is still to be told.
CREATE INDEX "notices_unrouted_idx" ON "posthorn"."notices" ("id") WHERE "routed_at" IS NULL;

CREATE TABLE "posthorn"."channels" (
  "id"           TEXT COLLATE "C" NOT NULL,
  "account_id"   TEXT COLLATE "C" NOT NULL,
  "name"         TEXT NOT NULL,
  "kind"         "posthorn"."channel_kind" NOT NULL,
  "recipients"   TEXT[],
  "sealed_url"   TEXT,
  "notice_types" TEXT[],
  "created_at"   TIMESTAMPTZ(3) NOT NULL,
  "updated_at"   TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "channels_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "channels_account_id_id_idx" ON "posthorn"."channels" ("account_id", "id");

CREATE TABLE "posthorn"."messages" (
  "id"            TEXT COLLATE "C" NOT NULL,
  "channel_id"    TEXT COLLATE "C" NOT NULL,
  "notice_id"     TEXT COLLATE "C" NOT NULL,
  "status"        "posthorn"."message_status" NOT NULL DEFAULT 'pending',
  "attempt_count" INTEGER NOT NULL DEFAULT 0,
  "due_at"        TIMESTAMPTZ(3) NOT NULL,
  "last_error"    TEXT,
  "created_at"    TIMESTAMPTZ(3) NOT NULL,
  "ended_at"      TIMESTAMPTZ(3),
  CONSTRAINT "messages_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "messages_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "posthorn"."channels" ("id")
    ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "messages_notice_id_fkey" FOREIGN KEY ("notice_id") REFERENCES "posthorn"."notices" ("id")
    ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "messages_channel_id_notice_id_key" ON "posthorn"."messages" ("channel_id", "notice_id");
CREATE INDEX "messages_notice_id_idx" ON "posthorn"."messages" ("notice_id");
CREATE INDEX "messages_due_at_idx" ON "posthorn"."messages" ("due_at") WHERE "status" = 'pending';

CREATE TABLE "posthorn"."alert_rules" (
  "id"           TEXT COLLATE "C" NOT NULL,
  "account_id"   TEXT COLLATE "C" NOT NULL,
  "name"         TEXT NOT NULL,
  "metric"       TEXT NOT NULL,
  "comparison"   TEXT NOT NULL,
  "threshold"    DOUBLE PRECISION NOT NULL,
  "resolve_at"   DOUBLE PRECISION,
  "window_ms"    BIGINT NOT NULL,
  "minimum"      INTEGER NOT NULL DEFAULT 0,
  "webhook_id"   TEXT COLLATE "C",
  "tier"         "posthorn"."tier",
  "event_type"   TEXT,
  "whole_account" BOOLEAN NOT NULL DEFAULT false,
  "channel_ids"  TEXT[],
  "cooldown_ms"  BIGINT NOT NULL DEFAULT 0,
  "quiet_from"   TEXT,
  "quiet_to"     TEXT,
  "time_zone"    TEXT NOT NULL DEFAULT 'UTC',
  "enabled"      BOOLEAN NOT NULL DEFAULT true,
  "created_at"   TIMESTAMPTZ(3) NOT NULL,
  "updated_at"   TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "alert_rules_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "alert_rules_account_id_id_idx" ON "posthorn"."alert_rules" ("account_id", "id");

CREATE TABLE "posthorn"."incidents" (
  "id"              TEXT COLLATE "C" NOT NULL,
  "account_id"      TEXT COLLATE "C" NOT NULL,
  "rule_id"         TEXT COLLATE "C" NOT NULL,
  "subject"         TEXT COLLATE "C" NOT NULL,
  "webhook_id"      TEXT COLLATE "C",
  "opened_at"       TIMESTAMPTZ(3) NOT NULL,
  "value"           DOUBLE PRECISION NOT NULL,
  "last_value"      DOUBLE PRECISION NOT NULL,
  "told_at"         TIMESTAMPTZ(3),
  "acknowledged_at" TIMESTAMPTZ(3),
  "acknowledged_by" TEXT,
  "resolved_at"     TIMESTAMPTZ(3),
  "resolution"      TEXT,
  "end_told_at"     TIMESTAMPTZ(3),
  CONSTRAINT "incidents_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "incidents_rule_id_fkey" FOREIGN KEY ("rule_id") REFERENCES "posthorn"."alert_rules" ("id")
    ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "incidents_account_id_id_idx" ON "posthorn"."incidents" ("account_id", "id");
CREATE INDEX "incidents_rule_id_subject_idx" ON "posthorn"."incidents" ("rule_id", "subject");
-- An incident opens once.
CREATE UNIQUE INDEX "incidents_open_key" ON "posthorn"."incidents" ("rule_id", "subject")
  WHERE "resolved_at" IS NULL;
-- Those whose opening, or whose end, is still to be told.
CREATE INDEX "incidents_untold_idx" ON "posthorn"."incidents" ("id")
  WHERE "told_at" IS NULL AND "resolved_at" IS NULL
    OR "told_at" IS NOT NULL AND "resolved_at" IS NOT NULL AND "end_told_at" IS NULL;

-- Alert rules count deliveries that were given up, which are few.
CREATE INDEX "deliveries_exhausted_idx" ON "posthorn"."deliveries" ("ended_at") WHERE "status" = 'exhausted';

CREATE TABLE "posthorn"."probes" (
  "webhook_id"       TEXT COLLATE "C" NOT NULL,
  "due_at"           TIMESTAMPTZ(3),
  "count"            INTEGER NOT NULL DEFAULT 0,
  "last_at"          TIMESTAMPTZ(3),
  "last_outcome"     TEXT,
  "last_status_code" INTEGER,
  "last_error"       TEXT,
  CONSTRAINT "probes_pkey" PRIMARY KEY ("webhook_id"),
  CONSTRAINT "probes_webhook_id_fkey" FOREIGN KEY ("webhook_id") REFERENCES "posthorn"."webhooks" ("id")
    ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "probes_due_at_idx" ON "posthorn"."probes" ("due_at");

CREATE TABLE "posthorn"."replays" (
  "id"              TEXT COLLATE "C" NOT NULL,
  "account_id"      TEXT COLLATE "C" NOT NULL,
  "webhook_id"      TEXT COLLATE "C" NOT NULL,
  "status"          "posthorn"."replay_status" NOT NULL DEFAULT 'running',
  "from"            TIMESTAMPTZ(3) NOT NULL,
  "to"              TIMESTAMPTZ(3) NOT NULL,
  "statuses"        TEXT[],
  "event_types"     TEXT[],
  "rate"            DOUBLE PRECISION,
  "idempotency_key" TEXT COLLATE "C",
  "total"           INTEGER NOT NULL,
  "replayed"        INTEGER NOT NULL DEFAULT 0,
  "position"        TEXT COLLATE "C" NOT NULL DEFAULT '',
  "due_at"          TIMESTAMPTZ(3),
  "created_at"      TIMESTAMPTZ(3) NOT NULL,
  "ended_at"        TIMESTAMPTZ(3),
  CONSTRAINT "replays_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "replays_webhook_id_fkey" FOREIGN KEY ("webhook_id") REFERENCES "posthorn"."webhooks" ("id")
    ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "replays_account_id_id_idx" ON "posthorn"."replays" ("account_id", "id");
CREATE UNIQUE INDEX "replays_webhook_id_idempotency_key_key"
  ON "posthorn"."replays" ("webhook_id", "idempotency_key");
CREATE INDEX "replays_due_at_idx" ON "posthorn"."replays" ("due_at");

COMMIT;
