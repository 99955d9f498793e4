import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { PosthornOptions } from '../../src/config.js';
import { newId } from '../../src/domain/id.js';
import { openTestPosthorn } from '../support/posthorn.js';

export const DAY_MS = 86_400_000;

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-archive-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A ledger with some days of ended deliveries, each attempted twice. */
export async function setup(overrides: PosthornOptions = {}) {
  let now = new Date('2026-03-01T12:00:00Z');
  const clock = () => now;
  const bundle = await openTestPosthorn({ retention: '10d', ...overrides }, { clock });
  const { posthorn, ledger } = bundle;
  const { webhook } = await posthorn.webhooks.register({ url: 'https://example.com/' });
  const pass = (ms: number) => {
    now = new Date(now.getTime() + ms);
  };
  /** Enqueues events of today, whose deliveries end at once. */
  async function liveADay(count = 20): Promise<void> {
    await posthorn.runJob('partitions');
    await posthorn.enqueueMany(
      Array.from({ length: count }, (_, n) => ({
        type: n % 2 === 0 ? 'expense.paid' : 'user.left',
        payload: { n, text: 'Grüße "✓"\n', big: 12345678901234567890n.toString() },
        idempotencyKey: `${now.toISOString()}-${n}`,
      })),
    );
    const deliveries = await ledger.delivery.findMany({ where: { status: 'pending' } });
    await ledger.attempt.createMany({
      data: deliveries.flatMap(({ id, webhookId }) =>
        [1, 2].map((number) => ({
          id: newId('att_', now),
          deliveryId: id,
          webhookId,
          number,
          outcome: number === 1 ? 'timeout' : 'ok',
          error: number === 1 ? 'too late' : null,
          responseExcerpt: 'answer',
          startedAt: now,
          durationMs: 12,
        })),
      ),
    });
    await ledger.delivery.updateMany({
      where: { status: 'pending' },
      data: { status: 'delivered', attemptCount: 2, endedAt: now, dispatchAt: null },
    });
  }
  return { ...bundle, webhook, clock, pass, liveADay };
}
