import type { Ledger } from './ledger.js';

/** A request that carries an Idempotency-Key, as the ledger knows it. */
export interface KeyedRequest {
  /** A hash of who asks, the route and the Idempotency-Key. */
  readonly id: string;
  /** A hash of what is asked. */
  readonly fingerprint: string;
}

/** How it stands with a request of the same id. */
export type RequestStanding =
  /** Nobody has carried it out: it is the caller's to do so now, and to say how it ended. */
  | { readonly kind: 'begun' }
  /** Another request has this id. */
  | { readonly kind: 'different' }
  | { readonly kind: 'answered'; readonly sealed: string }
  /** Another process, or this one, is about to. */
  | { readonly kind: 'busy' }
  /** It was begun, and its process ended, or failed, before it said what it did. */
  | { readonly kind: 'unknown' };

/** What requests with an Idempotency-Key were answered. Answers are opaque here, because they are sealed. */
export interface RequestAnswers {
  /**
   * Begins a request, or says how the one before with this id stands. Of two at once one begins it.
   *
   * @param options.busyUntil until when it counts as under way
   * @param options.repeatable true where it may be carried out again when nobody knows what it did
   */
  begin(
    request: KeyedRequest,
    options: { readonly now: Date; readonly busyUntil: Date; readonly repeatable: boolean },
  ): Promise<RequestStanding>;
  /** Keeps the answer to a request that was begun. */
  keep(id: string, sealed: string): Promise<void>;
  /** Forgets a request that did nothing, so that it can be sent again. */
  forget(id: string): Promise<void>;
  /** Notes that nobody knows what a request did. */
  giveUp(id: string, now: Date): Promise<void>;
}

export function createRequestAnswers(ledger: Ledger): RequestAnswers {
  return {
    async begin(request, options) {
      for (;;) {
        if (await insertRequest(ledger, request, options)) return { kind: 'begun' };
        const known = await ledger.requestAnswer.findUnique({ where: { id: request.id } });
        // Forgotten in between: its place is free.
        if (known === null) continue;
        if (known.fingerprint !== request.fingerprint) return { kind: 'different' };
        if (known.sealed !== null) return { kind: 'answered', sealed: known.sealed };
        return { kind: known.busyUntil > options.now ? 'busy' : 'unknown' };
      }
    },
    async keep(id, sealed) {
      await ledger.requestAnswer.updateMany({ where: { id }, data: { sealed } });
    },
    async forget(id) {
      await ledger.requestAnswer.deleteMany({ where: { id } });
    },
    async giveUp(id, now) {
      await ledger.requestAnswer.updateMany({ where: { id }, data: { busyUntil: now } });
    },
  };
}

/** Writes a request that is not there, or takes over a repeatable one that is. @returns whether it did */
async function insertRequest(
  ledger: Ledger,
  { id, fingerprint }: KeyedRequest,
  { now, busyUntil, repeatable }: { now: Date; busyUntil: Date; repeatable: boolean },
): Promise<boolean> {
  const at = now.toISOString();
  const count = await ledger.$executeRaw`
    INSERT INTO posthorn.request_answers AS known (id, fingerprint, busy_until, created_at)
    VALUES (${id}, ${fingerprint}, ${busyUntil.toISOString()}::timestamptz, ${at}::timestamptz)
    ON CONFLICT (id) DO UPDATE SET busy_until = excluded.busy_until
    WHERE ${repeatable}::boolean AND known.fingerprint = excluded.fingerprint
      AND known.sealed IS NULL AND known.busy_until <= ${at}::timestamptz`;
  return count > 0;
}

/** The sealed answers in the order of their ids, those after `after`. */
export async function readSealedAnswers(
  ledger: Ledger,
  after: string,
  limit: number,
): Promise<{ readonly id: string; readonly sealed: string }[]> {
  const rows = await ledger.requestAnswer.findMany({
    where: { id: { gt: after }, sealed: { not: null } },
    select: { id: true, sealed: true },
    orderBy: { id: 'asc' },
    take: limit,
  });
  return rows.map(({ id, sealed }) => ({ id, sealed: sealed ?? '' }));
}

/** Replaces a sealed answer where it is still the one that was read. */
export async function resealAnswer(
  ledger: Ledger,
  id: string,
  { before, after }: { readonly before: string; readonly after: string },
): Promise<void> {
  await ledger.requestAnswer.updateMany({ where: { id, sealed: before }, data: { sealed: after } });
}
