-- Long work that somebody asked for, done by the scheduler. Column meanings stand in prisma/schema.prisma.
BEGIN;

CREATE TYPE "posthorn"."task_kind" AS ENUM ('archive', 'verify', 'restore', 'erasure');
CREATE TYPE "posthorn"."task_status" AS ENUM ('waiting', 'running', 'done', 'failed');

CREATE TABLE "posthorn"."tasks" (
  "id"           TEXT COLLATE "C" NOT NULL,
  "kind"         "posthorn"."task_kind" NOT NULL,
  "input"        JSONB NOT NULL,
  "status"       "posthorn"."task_status" NOT NULL DEFAULT 'waiting',
  "requested_by" TEXT NOT NULL,
  "tries"        INTEGER NOT NULL DEFAULT 0,
  "progress"     JSONB,
  "result"       JSONB,
  "error"        TEXT,
  "due_at"       TIMESTAMPTZ(3),
  "created_at"   TIMESTAMPTZ(3) NOT NULL,
  "started_at"   TIMESTAMPTZ(3),
  "ended_at"     TIMESTAMPTZ(3),
  CONSTRAINT "tasks_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "tasks_due_at_idx" ON "posthorn"."tasks" ("due_at");

COMMIT;
