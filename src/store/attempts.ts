import { readAddressee } from './addressee.js';
import type { Attempt } from './deliveries.js';
import type { Ledger } from './ledger.js';

/** An attempt, and what is there of what it was made of. */
export interface AttemptOrigin {
  readonly attempt: Attempt;
  /** Null where the ledger no longer holds it. */
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly payloadJson: string;
    readonly createdAt: Date;
  } | null;
  /** As it is configured now; undefined where it was deleted. */
  readonly addressee: Awaited<ReturnType<typeof readAddressee>>;
}

/** Reads one attempt of an account; undefined where there is none. */
export async function findAttempt(
  ledger: Ledger,
  id: string,
  accountId?: string,
): Promise<AttemptOrigin | undefined> {
  const attempt = await ledger.attempt.findUnique({ where: { id } });
  if (attempt === null) return undefined;
  const [delivery, addressee] = await Promise.all([
    ledger.delivery.findUnique({ where: { id: attempt.deliveryId } }),
    readAddressee(ledger, attempt.webhookId, accountId),
  ]);
  // Either may be gone before the attempt: a day of deliveries is archived, a webhook is deleted.
  const owner = delivery?.accountId ?? addressee?.accountId;
  if (accountId !== undefined && owner !== accountId) return undefined;
  const event = delivery && (await ledger.event.findUnique({ where: { id: delivery.eventId } }));
  return { attempt, event: event && { ...event, payloadJson: event.payload }, addressee };
}
