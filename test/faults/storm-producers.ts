import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Posthorn } from '../../src/posthorn.js';
import type { Ledger } from '../../src/store/ledger.js';

/** An event that was accepted: the producer was told its id. */
export interface AcceptedEvent {
  readonly id: string;
  readonly type: string;
  readonly key: string;
}

/** What was enqueued in a storm. */
export interface Produced {
  readonly accepted: AcceptedEvent[];
  /** The keys of events whose transaction was rolled back. */
  readonly rolledBack: string[];
}

/** How a producer enqueues; rejects while it can't. */
type Enqueue = (event: { type: string; key: string }) => Promise<{ id: string }>;

/** Most types are common; `rare` is what the dead endpoint wants, too. */
const typeOf = (random: () => number) => (random() < 0.05 ? 'rare' : 'common');

/**
 * Enqueues events until it is told to stop, each as often as it takes, under an idempotency key, which is
 * what the docs tell a backend to do.
 */
export async function produce(options: {
  posthorn: Posthorn;
  ledger: Ledger;
  apiUrl: string;
  apiKey: string;
  random: () => number;
  /** The pause between two events of one producer, in milliseconds. */
  pauseMs: number;
  until: AbortSignal;
}): Promise<Produced> {
  const { posthorn, ledger, apiUrl, apiKey, random, pauseMs, until } = options;
  const produced: Produced = { accepted: [], rolledBack: [] };

  const inProcess: Enqueue = ({ type, key }) =>
    posthorn.enqueue({ type, payload: { key }, idempotencyKey: key });

  const inTransaction: Enqueue = ({ type, key }) =>
    ledger.$transaction((tx) =>
      posthorn.enqueue({ type, payload: { key }, idempotencyKey: key }, { tx }),
    );

  const overHttp: Enqueue = async ({ type, key }) => {
    const response = await fetch(`${apiUrl}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type, payload: { key }, idempotencyKey: key }),
      signal: AbortSignal.timeout(5_000),
    });
    if (response.status !== 202) throw new Error(`answered ${response.status}`);
    return (await response.json()) as { id: string };
  };

  async function rollBack(): Promise<void> {
    const key = randomUUID();
    produced.rolledBack.push(key);
    await ledger
      .$transaction(async (tx) => {
        await posthorn.enqueue({ type: 'common', payload: { key }, idempotencyKey: key }, { tx });
        throw new Error('the caller changed its mind');
      })
      .catch(() => undefined);
  }

  async function produceBy(enqueue: Enqueue): Promise<void> {
    while (!until.aborted) {
      const event = { type: typeOf(random), key: randomUUID() };
      for (;;) {
        try {
          const { id } = await enqueue(event);
          produced.accepted.push({ id, ...event });
          break;
        } catch {
          await sleep(100);
        }
      }
      if (random() < 0.05) await rollBack();
      await sleep(pauseMs * (0.5 + random()));
    }
  }

  await Promise.all([inProcess, inTransaction, overHttp].map(produceBy));
  return produced;
}
