import type { Posthorn } from '../posthorn.js';
import { page } from './answer-fields.js';
import { deliveryAnswer, deliveryStatus, deliveryWithAttempts } from './delivery-schemas.js';
import { accountQuery, idPath, idQuery, pageQuery, readScope } from './request-fields.js';
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
  });
  api.get(
    '/v1/deliveries',
    { schema: { querystring: listQuery, response: { 200: page(deliveryAnswer) } } },
    ({ query }) => deliveries.list({ ...query, ...readScope(query) }),
  );

  api.get(
    '/v1/deliveries/:id',
    { schema: { params, querystring, response: { 200: deliveryWithAttempts } } },
    ({ params: { id }, query }) => deliveries.get(id, readScope(query)),
  );

  api.post(
    '/v1/deliveries/:id/retry',
    {
      schema: {
        params,
        querystring,
        body: optionalBody(fields({})),
        response: { 202: deliveryWithAttempts },
      },
    },
    async ({ params: { id }, query }, reply) => {
      return reply.code(202).send(await deliveries.retry(id, readScope(query)));
    },
  );
}
