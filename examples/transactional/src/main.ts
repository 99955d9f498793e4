import { PrismaPg } from '@prisma/adapter-pg';
import { createPosthorn } from 'posthorn';
import { addExpense } from './expenses.js';
import { PrismaClient } from './generated/client.js';

// Both on the same database, each with a connection pool of its own.
const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL ?? '' }),
});
const posthorn = await createPosthorn();

try {
  const expense = await addExpense({ prisma, posthorn }, { amount: 4_200, description: 'train' });
  console.log(`committed: expense ${expense.id} is there, and its event will be delivered`);

  await addExpense({ prisma, posthorn }, { amount: 4_200_000, description: 'rocket' }).catch(
    (error: Error) => console.log(`rolled back: ${error.message}`),
  );
  console.log(`${await prisma.expense.count()} expense in all`);
} finally {
  await posthorn.stop();
  await prisma.$disconnect();
}
