import { newId } from '../domain/id.js';
import type { AttemptResult } from '../domain/outcome.js';
import type { Verdict } from '../domain/verdict.js';
import type { LoadedDelivery } from '../store/delivery-loader.js';
import type { OutcomeRow } from '../store/outcomes.js';

/** A delivery that can be made. */
export type ReadyDelivery = LoadedDelivery & {
  readonly webhook: NonNullable<LoadedDelivery['webhook']>;
};

/** What an attempt came to, as the recorder commits it. */
export function toOutcomeRow(made: {
  delivery: ReadyDelivery;
  number: number;
  result: AttemptResult;
  verdict: Verdict;
  /** How long the queue has it beyond the time that it is due; 0 where it waits in the ledger. */
  leaseMs: number;
  allowance: number;
}): OutcomeRow {
  const { delivery, number, result, verdict, leaseMs, allowance } = made;
  const { startedAt, durationMs, outcome } = result;
  const finishedAt = new Date(startedAt.getTime() + durationMs);
  const ok = outcome.kind === 'ok';
  return {
    attemptId: newId('att_', startedAt),
    deliveryId: delivery.id,
    webhookId: delivery.webhook.id,
    number,
    ok,
    gone: verdict.kind === 'gone',
    outcome: ok ? 'ok' : outcome.errorClass,
    statusCode: outcome.statusCode,
    error: ok ? null : outcome.message,
    responseExcerpt: outcome.responseExcerpt,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    durationMs: Math.round(durationMs),
    allowance,
    ...nextState(delivery, verdict, leaseMs, finishedAt),
  };
}

/** Where the verdict leaves the delivery. */
function nextState(
  delivery: ReadyDelivery,
  verdict: Verdict,
  leaseMs: number,
  finishedAt: Date,
): Pick<OutcomeRow, 'status' | 'dueAt' | 'dispatchAt' | 'endedAt'> {
  const ended = {
    dueAt: delivery.dueAt.toISOString(),
    dispatchAt: null,
    endedAt: finishedAt.toISOString(),
  };
  switch (verdict.kind) {
    case 'delivered':
      return { status: 'delivered', ...ended };
    case 'exhausted':
      return { status: 'exhausted', ...ended };
    case 'gone': {
      const dueAt = new Date(finishedAt.getTime() + verdict.delayMs).toISOString();
      return { status: 'pending', dueAt, dispatchAt: null, endedAt: null };
    }
    case 'retry': {
      const due = finishedAt.getTime() + verdict.delayMs;
      const dispatchAt = new Date(due + leaseMs).toISOString();
      return { status: 'pending', dueAt: new Date(due).toISOString(), dispatchAt, endedAt: null };
    }
    default:
      return verdict satisfies never;
  }
}
