import type { Posthorn } from '../posthorn.js';
import { dryRunAnswer, newRule, ruleAnswer, ruleChanges, ruleDryRun } from './alert-schemas.js';
import { nothing, page } from './answer-fields.js';
import { accountQuery, idPath, pageQuery } from './request-fields.js';
import { type ApiScope, fields, optionalBody } from './validation.js';

const params = idPath('rul_');
const querystring = fields(accountQuery);
const read = { permission: 'alerts:read' } as const;
const write = { permission: 'alerts:write' } as const;

/** `/v1/rules`: what an account wants to be told of. */
export function addRuleRoutes(api: ApiScope, { alerts }: Pick<Posthorn, 'alerts'>): void {
  const { rules } = alerts;

  api.post(
    '/v1/rules',
    {
      config: { ...write, idempotency: 'recorded' },
      schema: {
        operationId: 'createRule',
        summary: 'Make an alert rule',
        problems: ['conflict'],
        body: newRule,
        querystring: fields({}),
        response: { 201: ruleAnswer },
      },
    },
    async (request, reply) => {
      const { accountId, ...input } = request.body;
      const rule = await rules.create({ ...input, ...request.scope(accountId) });
      return reply.code(201).send(rule);
    },
  );

  api.post(
    '/v1/rules/dry-run',
    {
      config: read,
      schema: {
        operationId: 'dryRunRule',
        summary: 'Try an alert rule on the past',
        body: ruleDryRun,
        querystring: fields({}),
        response: { 200: dryRunAnswer },
      },
    },
    (request) => {
      const { accountId, days, ...input } = request.body;
      return rules.dryRun({ ...input, ...request.scope(accountId) }, { days });
    },
  );

  api.get(
    '/v1/rules',
    {
      config: read,
      schema: {
        operationId: 'listRules',
        summary: 'List alert rules',
        querystring: fields({ ...pageQuery('rul_'), ...accountQuery }),
        response: { 200: page(ruleAnswer) },
      },
    },
    (request) => rules.list({ ...request.query, ...request.scope(request.query.accountId) }),
  );

  api.get(
    '/v1/rules/:id',
    {
      config: read,
      schema: {
        operationId: 'getRule',
        summary: 'Show an alert rule',
        params,
        querystring,
        response: { 200: ruleAnswer },
      },
    },
    (request) => rules.get(request.params.id, request.scope(request.query.accountId)),
  );

  api.patch(
    '/v1/rules/:id',
    {
      config: write,
      schema: {
        operationId: 'updateRule',
        summary: 'Change an alert rule',
        params,
        querystring,
        body: ruleChanges,
        response: { 200: ruleAnswer },
      },
    },
    (request) => {
      const scope = request.scope(request.query.accountId);
      return rules.update(request.params.id, request.body, scope);
    },
  );

  api.delete(
    '/v1/rules/:id',
    {
      config: write,
      schema: {
        operationId: 'deleteRule',
        summary: 'Delete an alert rule and its incidents',
        params,
        querystring,
        body: optionalBody(fields({})),
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      await rules.remove(request.params.id, request.scope(request.query.accountId));
      return reply.code(204).send();
    },
  );
}
