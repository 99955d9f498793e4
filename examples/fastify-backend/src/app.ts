import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Posthorn } from 'posthorn';

interface NewExpense {
  /** In cents. */
  readonly amount: number;
  readonly description: string;
}

const newExpense = {
  type: 'object',
  required: ['amount', 'description'],
  additionalProperties: false,
  properties: {
    amount: { type: 'integer', minimum: 1 },
    description: { type: 'string', minLength: 1, maxLength: 200 },
  },
};

/** The backend as it was before webhooks, but for one call. */
export function createApp(posthorn: Pick<Posthorn, 'enqueue'>): FastifyInstance {
  const app = Fastify({ logger: true });
  const expenses: (NewExpense & { id: string })[] = [];

  app.post<{ Body: NewExpense }>(
    '/expenses',
    { schema: { body: newExpense } },
    async (request, reply) => {
      const expense = { id: randomUUID(), ...request.body };
      expenses.push(expense);
      // Durable once it resolves. The customers' endpoints are called later, by another process.
      await posthorn.enqueue({ type: 'expense.created', payload: expense });
      return reply.code(201).send(expense);
    },
  );

  app.get('/expenses', () => expenses);

  return app;
}
