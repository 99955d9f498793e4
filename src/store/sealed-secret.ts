/** A signing secret as the ledger keeps it. Times are ISO 8601. */
export interface SealedSecret {
  readonly sealed: string;
  /** What the receiver verifies with, of an asymmetric one. */
  readonly publicKey?: string;
  /** True for one of an existing system, which has not the form of Standard Webhooks. */
  readonly ownText?: true;
  readonly createdAt: string;
  /** When it stops signing; null for the newest. */
  readonly expiresAt: string | null;
}
