-- How requests look, for a webhook or for all of an account that say nothing themselves.
BEGIN;

ALTER TABLE "posthorn"."webhooks" ADD COLUMN "format" JSONB;

CREATE TABLE "posthorn"."account_formats" (
  "account_id" TEXT COLLATE "C" NOT NULL,
  "format"     JSONB NOT NULL,
  "updated_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "account_formats_pkey" PRIMARY KEY ("account_id")
);

COMMIT;
