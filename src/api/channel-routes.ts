import { z } from 'zod';
import { CHANNEL_NOTICE_TYPES } from '../alerts/channels.js';
import type { Posthorn } from '../posthorn.js';
import { nothing, page, time } from './answer-fields.js';
import { accountQuery, idPath, pageQuery } from './request-fields.js';
import { type ApiScope, fields, optionalBody } from './validation.js';

const noticeTypes = z.array(z.enum(CHANNEL_NOTICE_TYPES));

const channelAnswer = z
  .object({
    id: z.string(),
    accountId: z.string(),
    name: z.string(),
    kind: z.enum(['email', 'slack']),
    recipients: z.array(z.string()).readonly(),
    url: z.string().nullable().describe('Its origin alone: the rest is a secret'),
    noticeTypes: z.array(z.string()).readonly(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Channel' });

const newChannel = fields({
  name: z.string().describe('For people, 1 to 100 characters'),
  kind: z.enum(['email', 'slack']),
  accountId: z.string().optional().describe("`default`, or the key's account, where left out"),
  recipients: z.array(z.string()).optional().describe('1 to 20 addresses, of an e-mail channel'),
  url: z.string().optional().describe('Of a Slack-compatible incoming webhook'),
  noticeTypes: noticeTypes.optional().describe('What it takes; everything where empty'),
}).meta({
  examples: [
    {
      name: 'ops',
      kind: 'slack',
      url: 'https://hooks.slack.com/services/T000/B000/XXXX',
      noticeTypes: ['webhook.warned', 'webhook.deactivated'],
    },
  ],
});

const channelChanges = fields({
  name: z.string().exactOptional(),
  recipients: z.array(z.string()).exactOptional(),
  url: z.string().exactOptional(),
  noticeTypes: noticeTypes.exactOptional(),
}).meta({ examples: [{ name: 'on call' }] });

const params = idPath('chn_');
const querystring = fields(accountQuery);
const read = { permission: 'alerts:read' } as const;
const write = { permission: 'alerts:write' } as const;

/** `/v1/channels`: where an account's notices are sent. */
export function addChannelRoutes(api: ApiScope, { channels }: Pick<Posthorn, 'channels'>): void {
  api.post(
    '/v1/channels',
    {
      config: { ...write, idempotency: 'recorded' },
      schema: {
        operationId: 'createChannel',
        summary: 'Make a channel',
        body: newChannel,
        querystring: fields({}),
        response: { 201: channelAnswer },
      },
    },
    async (request, reply) => {
      const { accountId, ...input } = request.body;
      const channel = await channels.create({ ...input, ...request.scope(accountId) });
      return reply.code(201).send(channel);
    },
  );

  api.get(
    '/v1/channels',
    {
      config: read,
      schema: {
        operationId: 'listChannels',
        summary: 'List channels',
        querystring: fields({ ...pageQuery('chn_'), ...accountQuery }),
        response: { 200: page(channelAnswer) },
      },
    },
    (request) => channels.list({ ...request.query, ...request.scope(request.query.accountId) }),
  );

  api.get(
    '/v1/channels/:id',
    {
      config: read,
      schema: {
        operationId: 'getChannel',
        summary: 'Show a channel',
        params,
        querystring,
        response: { 200: channelAnswer },
      },
    },
    (request) => channels.get(request.params.id, request.scope(request.query.accountId)),
  );

  api.patch(
    '/v1/channels/:id',
    {
      config: write,
      schema: {
        operationId: 'updateChannel',
        summary: 'Change a channel',
        params,
        querystring,
        body: channelChanges,
        response: { 200: channelAnswer },
      },
    },
    (request) => {
      const scope = request.scope(request.query.accountId);
      return channels.update(request.params.id, request.body, scope);
    },
  );

  api.delete(
    '/v1/channels/:id',
    {
      config: write,
      schema: {
        operationId: 'deleteChannel',
        summary: 'Delete a channel',
        params,
        querystring,
        body: optionalBody(fields({})),
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      await channels.delete(request.params.id, request.scope(request.query.accountId));
      return reply.code(204).send();
    },
  );

  api.post(
    '/v1/channels/:id/test',
    {
      config: write,
      schema: {
        operationId: 'testChannel',
        summary: 'Send a test through a channel now',
        params,
        querystring,
        body: optionalBody(fields({})),
        response: { 200: z.object({ ok: z.boolean(), error: z.string().nullable() }) },
      },
    },
    (request) => channels.test(request.params.id, request.scope(request.query.accountId)),
  );
}
