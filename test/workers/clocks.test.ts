import { expect, test } from 'vitest';
import { createPosthorn } from '../../src/posthorn.js';
import { pollUntil } from '../support/poll.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { startReceiver } from '../support/receiver.js';

const MINUTE_MS = 60_000;

/** A clock that is wrong by so many minutes. */
const clockOff = (minutes: number) => () => new Date(Date.now() + minutes * MINUTE_MS);

test('machines whose clocks differ lose nothing, and lastSuccess never goes back', async () => {
  let failures = 0;
  const receiver = await startReceiver({
    respond: () => {
      failures += 1;
      return { status: failures % 3 === 0 ? 500 : 200 };
    },
  });
  const { posthorn, ledger, options } = await openTestPosthorn(
    { retryBase: '50ms', retryFactor: 1, retryAttempts: 50, pollInterval: '100ms' },
    { clock: clockOff(0) },
  );
  const { webhook } = await posthorn.webhooks.register({ url: receiver.url });
  const fast = await createPosthorn(options, { clock: clockOff(10) });
  const slow = await createPosthorn(options, { clock: clockOff(-10) });
  const all = [posthorn, fast, slow];
  await Promise.all(all.map((each) => each.start(['worker', 'scheduler'])));
  const ids = new Set<string>();
  for (let n = 0; n < 60; n += 1) {
    const producer = all[n % 3] ?? posthorn;
    ids.add((await producer.enqueue({ type: 'a', payload: n })).id);
  }
  let latest = 0;
  await pollUntil(
    async () => {
      const { lastSuccess } = await posthorn.webhooks.get(webhook.id);
      expect(lastSuccess?.getTime() ?? 0).toBeGreaterThanOrEqual(latest);
      latest = lastSuccess?.getTime() ?? 0;
      return ledger.delivery.count({ where: { status: 'delivered' } });
    },
    (delivered) => delivered === 60,
    { what: 'every delivery', deadlineMs: 60_000 },
  );
  expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id']))).toEqual(ids);
  await Promise.all([fast.stop(), slow.stop()]);
  await receiver.close();
});
