import { createSecret } from '../../src/domain/signing-secret.js';
import type { Posthorn } from '../../src/index.js';
import { pollUntil } from '../support/poll.js';

/** The secret that the documents' receivers find in their environment. */
export const WEBHOOK_SECRET = createSecret();

let accounts = 0;

/**
 * Asks a receiver what it will be asked: an event is delivered to it, and delivered again, as happens where
 * an answer is lost; then somebody forges one. Rejects where it does not take the first and refuse the last.
 */
export async function checkReceiver(posthorn: Posthorn, address: string): Promise<void> {
  const url = `${address}/webhooks`;
  accounts += 1;
  const accountId = `receiver-${accounts}`;
  await posthorn.webhooks.register({ url, secret: WEBHOOK_SECRET, accountId });
  const { id: eventId } = await posthorn.enqueue({
    type: 'expense.created',
    accountId,
    payload: { id: 42, amount: 4_200, what: 'a train to Zürich 🚂' },
  });
  const { data } = await posthorn.deliveries.list({ eventId });
  const id = data[0]?.id ?? '';
  for (const count of [1, 2]) {
    if (count === 2) await posthorn.deliveries.retry(id);
    const { attempts } = await pollUntil(
      () => posthorn.deliveries.get(id),
      (delivery) => delivery.attempts.length >= count,
      { what: `attempt ${count} at ${url}` },
    );
    const refused = attempts.find(({ outcome }) => outcome !== 'ok');
    if (refused !== undefined) throw new Error(`not taken: ${refused.error}`);
  }
  const forged = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': eventId,
      'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    body: '{"type":"expense.created","timestamp":"2026-11-24T12:00:00.000Z","data":{}}',
  });
  if (forged.status !== 401) throw new Error(`${forged.status} for a forged request, not 401`);
}
