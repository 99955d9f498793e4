import type { Ledger } from './ledger.js';

/** How many ways there are to tell an account something, of each kind. */
export interface AccountAudience {
  readonly email: number;
  readonly slack: number;
  readonly operational: number;
}

/** Counts whom an account's notices are sent to, and its webhooks with overrides. */
export async function findAudience(
  ledger: Ledger,
  accountId: string,
): Promise<AccountAudience & { readonly webhooksWithOverrides: number }> {
  const [row] = await ledger.$queryRaw<
    { email: bigint; slack: bigint; operational: bigint; overrides: bigint }[]
  >`
    SELECT channel.*, webhook.* FROM (
      SELECT count(*) FILTER (WHERE kind = 'email') AS email,
        count(*) FILTER (WHERE kind = 'slack') AS slack
      FROM posthorn.channels WHERE account_id = ${accountId}
    ) AS channel, (
      SELECT count(*) FILTER (WHERE operational AND active) AS operational,
        count(*) FILTER (WHERE overrides <> '{}') AS overrides
      FROM posthorn.webhooks WHERE account_id = ${accountId}
    ) AS webhook`;
  return {
    email: Number(row?.email ?? 0),
    slack: Number(row?.slack ?? 0),
    operational: Number(row?.operational ?? 0),
    webhooksWithOverrides: Number(row?.overrides ?? 0),
  };
}
