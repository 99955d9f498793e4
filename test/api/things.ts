import type { ApiBundle } from './setup.js';
import { makeAttempt, makeIncident, makeKey, register } from './setup.js';

type Made = { readonly id: string };

/** Makes a thing for an example, by the prefix of its id. Each has its own: some delete or change it. */
export const MAKERS: Readonly<Record<string, (bundle: ApiBundle) => Promise<string>>> = {
  wh_: async ({ call }) => (await register(call)).id,
  evt_: enqueue,
  async dlv_({ call, ...bundle }) {
    const { id } = await register(call);
    const eventId = await enqueue({ call, ...bundle });
    const path = `/v1/deliveries?webhookId=${id}&eventId=${eventId}`;
    const { body } = await call<{ data: readonly Made[] }>('GET', path);
    return String(body.data[0]?.id);
  },
  att_: async (bundle) => makeAttempt(bundle, String(await MAKERS.dlv_?.(bundle))),
  async rpl_({ call }) {
    const { id } = await register(call);
    const path = `/v1/webhooks/${id}/replay`;
    return (await call<Made>('POST', path, { json: { from: '1h' } })).body.id;
  },
  async chn_({ call }) {
    const json = { name: 'ops', kind: 'slack', url: 'https://hooks.example.com/T0' };
    return (await call<Made>('POST', '/v1/channels', { json })).body.id;
  },
  rul_: async (bundle) => (await makeRuleAndIncident(bundle)).ruleId,
  inc_: async (bundle) => (await makeRuleAndIncident(bundle)).incidentId,
  tsk_: async ({ posthorn }) => (await posthorn.tasks.start({ kind: 'archive' })).id,
  key_: async ({ call }) => (await makeKey(call, { role: 'viewer' })).id,
};

async function enqueue({ call }: ApiBundle): Promise<string> {
  const json = { type: 'expense.created', payload: {} };
  return (await call<Made>('POST', '/v1/events', { json })).body.id;
}

async function makeRuleAndIncident(bundle: ApiBundle) {
  const { id } = await register(bundle.call);
  return makeIncident(bundle, id);
}
