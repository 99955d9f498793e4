/** A delivery that is to be put into the queue. */
export interface OwedDelivery {
  readonly id: string;
  readonly webhookId: string;
  readonly eventId: string;
}

/**
 * How long a delivery that a process means to queue is left to it before the dispatcher does it, in
 * milliseconds: long enough for any `addBulk`, short enough that a crash in between is hardly noticed.
 */
export const HANDOFF_MS = 30_000;
