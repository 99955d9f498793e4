-- API keys, each with a role and with the account that it is limited to. Column meanings stand in
-- prisma/schema.prisma.
BEGIN;

CREATE TYPE "posthorn"."api_key_role" AS ENUM ('admin', 'operator', 'producer', 'viewer');

CREATE TABLE "posthorn"."api_keys" (
  "id"            TEXT COLLATE "C" NOT NULL,
  "name"          TEXT NOT NULL,
  "account_id"    TEXT COLLATE "C",
  "role"          "posthorn"."api_key_role" NOT NULL,
  "hash"          BYTEA NOT NULL,
  "created_at"    TIMESTAMPTZ(3) NOT NULL,
  "last_used_at"  TIMESTAMPTZ(3),
  "revoked_at"    TIMESTAMPTZ(3),
  CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "api_keys_hash_key" ON "posthorn"."api_keys" ("hash");
CREATE INDEX "api_keys_account_id_id_idx" ON "posthorn"."api_keys" ("account_id", "id");

COMMIT;
