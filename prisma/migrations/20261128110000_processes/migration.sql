-- The processes at work, and an index of the webhooks that are inactive. Column meanings stand in
-- prisma/schema.prisma.
BEGIN;

CREATE TABLE "posthorn"."processes" (
  "id"          TEXT COLLATE "C" NOT NULL,
  "roles"       TEXT[],
  "host"        TEXT NOT NULL,
  "pid"         INTEGER NOT NULL,
  "version"     TEXT NOT NULL,
  "in_flight"   INTEGER NOT NULL,
  "started_at"  TIMESTAMPTZ(3) NOT NULL,
  "seen_at"     TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "processes_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "webhooks_inactive_idx" ON "posthorn"."webhooks" ("id") WHERE NOT "active";

COMMIT;
