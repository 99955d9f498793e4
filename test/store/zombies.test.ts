import { describe, expect, test } from 'vitest';
import { newId } from '../../src/domain/id.js';
import type { StoredOverrides } from '../../src/domain/policy.js';
import type { Ledger } from '../../src/store/ledger.js';
import { deactivateZombies, findZombies } from '../../src/store/zombies.js';
import { freshOptions, openTestLedger } from '../support/posthorn.js';
import { POLICIES, thresholdOf, ZOMBIE_CASES, ZOMBIE_NOW } from '../support/zombie-cases.js';

const rule = { now: ZOMBIE_NOW, policies: POLICIES };

async function openLedger(): Promise<Ledger> {
  const { databaseUrl } = await freshOptions();
  return openTestLedger(String(databaseUrl));
}

/** The table of the rule, as rows. */
async function insertCases(ledger: Ledger): Promise<ReadonlyMap<string, boolean>> {
  const expected = new Map<string, boolean>();
  for (const { webhook, zombie } of ZOMBIE_CASES) {
    const { overrides, ...columns } = webhook;
    const id = newId('wh_', ZOMBIE_NOW);
    expected.set(id, zombie);
    await ledger.webhook.create({
      data: {
        ...columns,
        overrides: { ...overrides },
        id,
        accountId: 'a',
        url: 'http://x',
        secrets: [],
        consecutiveFailures: webhook.failingSince === null ? 0 : 3,
        lastError: webhook.failingSince === null ? null : 'answered 500',
        createdAt: webhook.activeSince,
        updatedAt: webhook.activeSince,
      },
    });
  }
  return expected;
}

describe('the zombie sweep', () => {
  test('finds and deactivates exactly those that the rule holds for, and says why', async () => {
    const ledger = await openLedger();
    const expected = await insertCases(ledger);
    const zombieIds = [...expected].filter(([, zombie]) => zombie).map(([id]) => id);

    const found = await findZombies(ledger, rule);
    expect(found.map(({ id }) => id).toSorted()).toEqual(zombieIds.toSorted());
    expect(await ledger.webhook.count({ where: { active: true } })).toBe(expected.size - 1);

    const deactivated = await deactivateZombies(ledger, rule);
    expect(deactivated.map(({ id }) => id).toSorted()).toEqual(zombieIds.toSorted());
    for (const { id, tier, detail } of deactivated) {
      const row = await ledger.webhook.findUniqueOrThrow({ where: { id } });
      expect(row).toMatchObject({
        active: false,
        deactivationReason: 'zombie',
        deactivatedAt: ZOMBIE_NOW,
      });
      expect(row.deactivationDetail).toBe(detail);
      const days = thresholdOf({ tier, overrides: row.overrides as StoredOverrides });
      expect(detail).toContain(`longer than ${days / 86_400_000}d (tier ${tier})`);
      expect(detail).toContain('3 failed attempts in a row, the last: answered 500');
    }
    expect(await deactivateZombies(ledger, rule)).toEqual([]);
  });

  test('two sweeps at the same time deactivate each webhook once', async () => {
    const ledger = await openLedger();
    const expected = await insertCases(ledger);
    const [one, other] = await Promise.all([
      deactivateZombies(ledger, rule),
      deactivateZombies(ledger, rule),
    ]);
    const zombies = [...expected.values()].filter(Boolean);
    expect(one.length + other.length).toBe(zombies.length);
  });

  test('over 100,000 webhooks is one statement that reads the index of the failing ones', async () => {
    const ledger = await openLedger();
    // One in a hundred fails; half of those have been quiet for too long.
    await ledger.$executeRaw`
      INSERT INTO posthorn.webhooks (id, account_id, url, secrets, active_since, created_at, updated_at,
        failing_since, consecutive_failures)
      SELECT 'wh_' || n, 'a', 'http://x', '[]', since, since, since,
        CASE WHEN n % 100 = 0 THEN since END, CASE WHEN n % 100 = 0 THEN 5 ELSE 0 END
      FROM generate_series(1, 100000) AS n,
        LATERAL (SELECT ${ZOMBIE_NOW.toISOString()}::timestamptz
          - CASE WHEN n % 200 = 0 THEN interval '300 d' ELSE interval '10 d' END AS since) AS age`;
    await ledger.$executeRaw`ANALYZE posthorn.webhooks`;

    const plans: string[] = [];
    const explained = {
      $queryRawUnsafe: async <Rows>(sql: string, ...values: unknown[]): Promise<Rows> => {
        const rows = await ledger.$queryRawUnsafe<Record<string, string>[]>(
          `EXPLAIN ${sql}`,
          ...values,
        );
        plans.push(rows.map((row) => Object.values(row)[0]).join('\n'));
        return [] as Rows;
      },
    };
    await deactivateZombies(explained, rule);
    expect(plans).toHaveLength(1);
    expect(plans[0]).toContain('webhooks_failing_since_idx');
    expect(plans[0]).not.toContain('Seq Scan on webhooks');

    expect(await deactivateZombies(ledger, rule)).toHaveLength(500);
  });
});
