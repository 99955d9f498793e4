import type { Posthorn } from '../posthorn.js';
import { attemptWithRequest } from './delivery-schemas.js';
import { accountQuery, idPath } from './request-fields.js';
import { type ApiScope, fields } from './validation.js';

/** `/v1/attempts`: shows what was sent. */
export function addAttemptRoutes(api: ApiScope, { attempts }: Pick<Posthorn, 'attempts'>): void {
  api.get(
    '/v1/attempts/:id',
    {
      config: { permission: 'deliveries:read' },
      schema: {
        operationId: 'getAttempt',
        summary: 'Show an attempt with what it sent',
        description:
          'Requests are not kept: it is written again from the event and the webhook. Where that may not be what was sent, `exact` is false and `doubt` says why.',
        params: idPath('att_'),
        querystring: fields(accountQuery),
        response: { 200: attemptWithRequest },
      },
    },
    (request) => attempts.get(request.params.id, request.scope(request.query.accountId)),
  );
}
