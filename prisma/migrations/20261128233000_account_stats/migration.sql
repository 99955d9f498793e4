-- The counts of five minutes summed up over the webhooks of each account, and over all of them, so that the
-- overview of many webhooks reads a few rows. Column meanings stand in prisma/schema.prisma.
BEGIN;

CREATE TABLE "posthorn"."account_stats" (
  "account_id"      TEXT COLLATE "C" NOT NULL,
  "start"           TIMESTAMPTZ(3) NOT NULL,
  "successes"       INTEGER NOT NULL,
  "failures"        INTEGER NOT NULL,
  "failure_classes" JSONB NOT NULL DEFAULT '{}',
  "duration_sum"    BIGINT NOT NULL,
  "buckets"         SMALLINT[],
  "bucket_counts"   INTEGER[],
  CONSTRAINT "account_stats_pkey" PRIMARY KEY ("account_id", "start")
);
CREATE INDEX "account_stats_start_idx" ON "posthorn"."account_stats" ("start");

-- The overview asks which webhooks failed, which are few.
CREATE INDEX "webhook_stats_failed_idx" ON "posthorn"."webhook_stats" ("span", "start") WHERE "failures" > 0;

-- What the overview shows is counted once more, and so summed up.
UPDATE "posthorn"."marks" SET "at" = "at" - interval '3 hours' WHERE "name" = 'rollup';

COMMIT;
