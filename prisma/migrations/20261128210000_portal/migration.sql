-- The customer portal: what of an account's access counts still. Column meanings stand in
-- prisma/schema.prisma.
BEGIN;

CREATE TABLE "posthorn"."portal_generations" (
  "account_id"  TEXT COLLATE "C" NOT NULL,
  "generation"  INTEGER NOT NULL,
  "changed_at"  TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "portal_generations_pkey" PRIMARY KEY ("account_id")
);

COMMIT;
