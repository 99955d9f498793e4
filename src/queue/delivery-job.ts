/** A delivery, as the queue carries it. */
export interface QueuedDelivery {
  readonly id: string;
  readonly webhookId: string;
  readonly eventId: string;
}

/**
 * The version of the format below. A release that changes the format raises it, and still reads the one
 * before, because workers of both run side by side while a release is rolled out.
 */
export const JOB_VERSION: number = 1;

/** What a delivery's job holds, besides its id, which is the delivery's. */
export interface DeliveryJobData {
  readonly v: number;
  readonly webhookId: string;
  readonly eventId: string;
}

/**
 * What a job says.
 *
 * - `delivery`: what it is about
 * - `later`: a later release wrote it, and must work on it
 * - `unreadable`: nobody can; the ledger offers its delivery again at the end of the lease
 */
export type JobReading =
  | { readonly kind: 'delivery'; readonly delivery: QueuedDelivery }
  | { readonly kind: 'later'; readonly version: number }
  | { readonly kind: 'unreadable' };

/** Writes the job of a delivery, in this release's format. */
export function writeJob({ id, webhookId, eventId }: QueuedDelivery) {
  const data: DeliveryJobData = { v: JOB_VERSION, webhookId, eventId };
  return { name: 'deliver', data, opts: { jobId: id } };
}

/** Reads a job of any release. Never throws. */
export function readJob(id: string | undefined, data: unknown): JobReading {
  const { v, webhookId, eventId } = (data ?? {}) as Record<string, unknown>;
  if (typeof v === 'number' && v > JOB_VERSION) return { kind: 'later', version: v };
  const readable = id && typeof webhookId === 'string' && typeof eventId === 'string';
  return readable
    ? { kind: 'delivery', delivery: { id, webhookId, eventId } }
    : { kind: 'unreadable' };
}
