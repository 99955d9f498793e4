/** How much a webhook matters. Sets its zombie threshold and its retry schedule. */
export const TIERS = ['critical', 'standard', 'low'] as const;

export type Tier = (typeof TIERS)[number];

/** Makes one value for each tier. */
export function perTier<Value>(make: (tier: Tier) => Value): Readonly<Record<Tier, Value>> {
  return { critical: make('critical'), standard: make('standard'), low: make('low') };
}
