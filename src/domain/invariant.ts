/**
 * What must hold in the ledger at any time, and what is broken where it does not. Reconciliation proves
 * these from the ledger alone.
 */
export const INVARIANTS = {
  missing_delivery: 'an event has no delivery to a webhook that wanted its type',
  duplicate_delivery: 'an event has two deliveries to one webhook',
  lost_event: 'a delivery is pending, and its event is gone',
  orphaned_delivery: 'a delivery is pending, and its webhook is gone',
  stuck_delivery: 'a delivery of an active webhook is parked, and nothing will let it through',
  far_off_delivery: 'a delivery is due later than any schedule asks for',
  far_off_hold: 'a hold lets nothing through for longer than any pause',
  overdue_delivery: 'a delivery is due, and no dispatcher takes it',
  overdue_hold: 'a hold may let deliveries through, and no dispatcher looks at it',
  attempt_mismatch: 'a delivery does not agree with its attempts',
  counter_mismatch: 'the counters of a webhook do not agree with its attempts',
} as const;

export type Invariant = keyof typeof INVARIANTS;

/** How one invariant fared. */
export interface Finding {
  readonly invariant: Invariant;
  /** How many rows break it, as far as they were looked at. */
  readonly found: number;
  /** How many of them were put right. */
  readonly mended: number;
  /** The ids of some of them. */
  readonly examples: readonly string[];
}
