-- Holds: webhooks whose deliveries wait in the ledger and are let through at a pace. Column meanings stand
-- in prisma/schema.prisma.
BEGIN;

ALTER TABLE "posthorn"."webhooks"
  ADD COLUMN "version"          INTEGER NOT NULL DEFAULT 1,
  ADD COLUMN "max_in_flight"    INTEGER,
  ADD COLUMN "rate_limit"       DOUBLE PRECISION,
  ADD COLUMN "recent_successes" REAL NOT NULL DEFAULT 0,
  ADD COLUMN "recent_failures"  REAL NOT NULL DEFAULT 0,
  ADD COLUMN "recent_at"        TIMESTAMPTZ(3);

CREATE TYPE "posthorn"."hold_state" AS ENUM ('pacing', 'open', 'half_open');

CREATE TABLE "posthorn"."holds" (
  "webhook_id"   TEXT COLLATE "C" NOT NULL,
  "state"        "posthorn"."hold_state" NOT NULL,
  "since"        TIMESTAMPTZ(3) NOT NULL,
  "release_at"   TIMESTAMPTZ(3),
  "allowance"    INTEGER NOT NULL,
  "openings"     INTEGER NOT NULL DEFAULT 0,
  "probe"        TEXT,
  "rate_from"    TIMESTAMPTZ(3),
  CONSTRAINT "holds_pkey" PRIMARY KEY ("webhook_id"),
  CONSTRAINT "holds_webhook_id_fkey" FOREIGN KEY ("webhook_id") REFERENCES "posthorn"."webhooks" ("id")
    ON DELETE CASCADE ON UPDATE CASCADE
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
-- The dispatcher reads the holds that may let something through, in the order in which they may.
CREATE INDEX "holds_release_at_idx" ON "posthorn"."holds" ("release_at") WHERE "release_at" IS NOT NULL;

-- What is owed to one webhook, in two halves that never share a row, so that each delivery is in one
-- index at a time. Parked ones are let through in the order in which they fell due.
CREATE INDEX "deliveries_parked_idx" ON "posthorn"."deliveries" ("webhook_id", "due_at")
  WHERE "dispatch_at" IS NULL AND "status" = 'pending';
-- Of the others, those that the queue has are counted against the webhook's allowance.
CREATE INDEX "deliveries_queued_idx" ON "posthorn"."deliveries" ("webhook_id", ("dispatch_at" > "due_at"))
  WHERE "dispatch_at" IS NOT NULL;
DROP INDEX "posthorn"."deliveries_owed_idx";

COMMIT;
