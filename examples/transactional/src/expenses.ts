import type { Posthorn } from 'posthorn';
import type { Expense, PrismaClient } from './generated/client.js';

/** Most that one expense may be, in cents. */
const LIMIT = 100_000;

/** Adds an expense, and tells of it: both or neither. */
export async function addExpense(
  { prisma, posthorn }: { prisma: PrismaClient; posthorn: Pick<Posthorn, 'enqueue'> },
  expense: { amount: number; description: string },
): Promise<Expense> {
  return prisma.$transaction(async (tx) => {
    const added = await tx.expense.create({ data: expense });
    await posthorn.enqueue({ type: 'expense.created', payload: added }, { tx });
    // Whatever fails from here on takes the event back with the expense.
    if (added.amount > LIMIT) throw new Error(`an expense may be ${LIMIT} cents at most`);
    return added;
  });
}
