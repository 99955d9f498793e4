-- The answers to requests that carry an Idempotency-Key. Column meanings stand in prisma/schema.prisma.
BEGIN;

CREATE TABLE "posthorn"."request_answers" (
  "id"          TEXT COLLATE "C" NOT NULL,
  "fingerprint" TEXT NOT NULL,
  "busy_until"  TIMESTAMPTZ(3) NOT NULL,
  "sealed"      TEXT,
  "created_at"  TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "request_answers_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "request_answers_created_at_idx" ON "posthorn"."request_answers" ("created_at");

COMMIT;
