BEGIN;

-- Where in a trace the event happened, for the attempts of its deliveries: the headers of W3C Trace Context.
ALTER TABLE "posthorn"."events" ADD COLUMN "traceparent" TEXT;
ALTER TABLE "posthorn"."events" ADD COLUMN "tracestate" TEXT;

COMMIT;
