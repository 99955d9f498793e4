/** One delivery that is to be in flight. */
export interface InFlightEntry {
  readonly webhookId: string;
  readonly deliveryId: string;
  /** Most of the webhook's deliveries that may be in flight at once, this one included. */
  readonly limit: number;
}

/** Counts what is in flight to each webhook, over all worker processes. */
export interface InFlight {
  /**
   * Counts a delivery in, unless its webhook's limit is used up.
   *
   * @returns how many of the webhook's are in flight now, this one included; 0 where it may not go ahead
   */
  enter(entry: InFlightEntry): Promise<number>;
  /** Counts one out. What gets lost on the way counts itself out at the end of its lease. */
  leave(entry: Pick<InFlightEntry, 'webhookId' | 'deliveryId'>): void;
}

/** In flight to one webhook. */
export type CountInFlight = (webhookId: string) => Promise<number>;

/** Counts within this process: enough where it is the only one. */
export function createLocalInFlight(): InFlight & { readonly count: CountInFlight } {
  const counts = new Map<string, number>();
  return {
    count: async (webhookId) => counts.get(webhookId) ?? 0,
    enter: async ({ webhookId, limit }) => {
      const count = counts.get(webhookId) ?? 0;
      if (count >= limit) return 0;
      counts.set(webhookId, count + 1);
      return count + 1;
    },
    leave: ({ webhookId }) => {
      const count = (counts.get(webhookId) ?? 1) - 1;
      if (count > 0) counts.set(webhookId, count);
      else counts.delete(webhookId);
    },
  };
}
