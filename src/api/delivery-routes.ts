import { z } from 'zod';
import type { Posthorn } from '../posthorn.js';
import { page } from './answer-fields.js';
import { deliveryStatus, deliveryWithAttempts, listedDelivery } from './delivery-schemas.js';
import {
  accountQuery,
  idPath,
  idQuery,
  pageQuery,
  textQuery,
  timeQuery,
} from './request-fields.js';
import { type ApiScope, fields, optionalBody } from './validation.js';

const params = idPath('dlv_');
const querystring = fields(accountQuery);

/** `/v1/deliveries`: looks deliveries up and makes them again. */
export function addDeliveryRoutes(
  api: ApiScope,
  { deliveries }: Pick<Posthorn, 'deliveries'>,
): void {
  const listQuery = fields({
    ...pageQuery('dlv_'),
    ...accountQuery,
    webhookId: idQuery('wh_').optional(),
    eventId: idQuery('evt_').optional(),
    status: deliveryStatus.optional(),
    outcome: textQuery(100).optional(),
    eventType: z.string().optional(),
    from: timeQuery,
    to: timeQuery,
  });
  api.get(
    '/v1/deliveries',
    {
      config: { permission: 'deliveries:read' },
      schema: {
        operationId: 'listDeliveries',
        summary: 'List deliveries',
        description:
          'Narrowed by status, outcome or event type, a page looks at up to 20,000 deliveries: it may hold fewer than its limit, even none, while nextCursor goes on.',
        querystring: listQuery,
        response: { 200: page(listedDelivery) },
      },
    },
    (request) => deliveries.list({ ...request.query, ...request.scope(request.query.accountId) }),
  );

  api.get(
    '/v1/deliveries/:id',
    {
      config: { permission: 'deliveries:read' },
      schema: {
        operationId: 'getDelivery',
        summary: 'Show a delivery with its attempts',
        params,
        querystring,
        response: { 200: deliveryWithAttempts },
      },
    },
    (request) => deliveries.get(request.params.id, request.scope(request.query.accountId)),
  );

  api.post(
    '/v1/deliveries/:id/retry',
    {
      config: { permission: 'deliveries:retry', idempotency: 'none' },
      schema: {
        operationId: 'retryDelivery',
        summary: 'Make a delivery again now',
        problems: ['conflict'],
        params,
        querystring,
        body: optionalBody(fields({})),
        response: { 202: deliveryWithAttempts },
      },
    },
    async (request, reply) => {
      const scope = request.scope(request.query.accountId);
      return reply.code(202).send(await deliveries.retry(request.params.id, scope));
    },
  );
}
