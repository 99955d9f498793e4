// What a block of TypeScript may use without declaring it. block-process.ts makes the same at run time.
import type { Posthorn, SqlRunner } from 'posthorn';

declare global {
  /** Posthorn, open. */
  var posthorn: Posthorn;
  /** The Prisma client of a backend that has expenses, on the database that has the ledger, too. */
  var prisma: {
    $transaction<Result>(work: (tx: BackendTransaction) => Promise<Result>): Promise<Result>;
  };
}

interface Expense {
  readonly id: number;
  readonly amount: number;
}

interface BackendTransaction extends SqlRunner {
  readonly expense: { create(row: { readonly data: Omit<Expense, 'id'> }): Promise<Expense> };
}
