import type { Posthorn } from '../posthorn.js';
import { incidentAnswer } from './alert-schemas.js';
import { page } from './answer-fields.js';
import { accountQuery, booleanQuery, idPath, idQuery, pageQuery } from './request-fields.js';
import { type ApiScope, fields, optionalBody } from './validation.js';

const params = idPath('inc_');
const querystring = fields(accountQuery);

/** `/v1/incidents`: alert rules that hold, or held. */
export function addIncidentRoutes(api: ApiScope, { alerts }: Pick<Posthorn, 'alerts'>): void {
  const { incidents } = alerts;
  const listQuery = fields({
    ...pageQuery('inc_'),
    ...accountQuery,
    ruleId: idQuery('rul_').optional(),
    webhookId: idQuery('wh_').optional(),
    open: booleanQuery.optional(),
  });

  api.get(
    '/v1/incidents',
    {
      config: { permission: 'alerts:read' },
      schema: {
        operationId: 'listIncidents',
        summary: 'List incidents',
        querystring: listQuery,
        response: { 200: page(incidentAnswer) },
      },
    },
    (request) => incidents.list({ ...request.query, ...request.scope(request.query.accountId) }),
  );

  api.get(
    '/v1/incidents/:id',
    {
      config: { permission: 'alerts:read' },
      schema: {
        operationId: 'getIncident',
        summary: 'Show an incident',
        params,
        querystring,
        response: { 200: incidentAnswer },
      },
    },
    (request) => incidents.get(request.params.id, request.scope(request.query.accountId)),
  );

  api.post(
    '/v1/incidents/:id/acknowledge',
    {
      config: { permission: 'alerts:write' },
      schema: {
        operationId: 'acknowledgeIncident',
        summary: 'Say that somebody looks after an incident',
        problems: ['conflict'],
        params,
        querystring,
        body: optionalBody(fields({})),
        response: { 200: incidentAnswer },
      },
    },
    (request) =>
      incidents.acknowledge(request.params.id, {
        ...request.scope(request.query.accountId),
        actor: request.actor(),
      }),
  );
}
