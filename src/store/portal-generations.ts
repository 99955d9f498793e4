import type { Ledger } from './ledger.js';

/** The generation of an account's access to the portal; 0 where it was never ended. */
export async function readPortalGeneration(ledger: Ledger, accountId: string): Promise<number> {
  const row = await ledger.portalGeneration.findUnique({ where: { accountId } });
  return row?.generation ?? 0;
}

/** Begins the next generation. @returns it */
export async function beginPortalGeneration(
  ledger: Ledger,
  accountId: string,
  now: Date,
): Promise<number> {
  const { generation } = await ledger.portalGeneration.upsert({
    where: { accountId },
    create: { accountId, generation: 1, changedAt: now },
    update: { generation: { increment: 1 }, changedAt: now },
  });
  return generation;
}
