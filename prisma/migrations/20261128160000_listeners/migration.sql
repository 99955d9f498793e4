-- Listeners: webhooks whose deliveries the process that listens makes itself. Column meanings stand in
-- prisma/schema.prisma.
BEGIN;

CREATE TABLE "posthorn"."listeners" (
  "webhook_id" TEXT COLLATE "C" NOT NULL,
  "until"      TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "listeners_pkey" PRIMARY KEY ("webhook_id"),
  CONSTRAINT "listeners_webhook_id_fkey" FOREIGN KEY ("webhook_id") REFERENCES "posthorn"."webhooks" ("id")
    ON DELETE CASCADE ON UPDATE CASCADE
);

COMMIT;
