import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { call, type PageJson, query, type StatsJson, type WebhookJson } from './api.js';
import { Sparkline } from './chart.js';
import {
  Ago,
  AskingButton,
  Fault,
  Field,
  Listing,
  Once,
  PageHead,
  useAction,
  usePages,
} from './parts.js';
import { useMay } from './session.js';
import { WebhookState } from './webhook-state.js';
import { number, percent } from './words.js';

/** All webhooks, searched and narrowed. */
export function Webhooks() {
  const pages = usePages();
  const [filter, setFilter] = useState({ search: '', accountId: '', state: '', tier: '' });
  const { data, error } = useQuery({
    queryKey: ['webhooks', filter, pages.cursor],
    queryFn: () =>
      call<PageJson<WebhookJson>>(
        'GET',
        `/v1/webhooks${query({ ...filter, cursor: pages.cursor, limit: 25 })}`,
      ),
    placeholderData: keepPreviousData,
  });
  const set = (change: Partial<typeof filter>) => {
    setFilter({ ...filter, ...change });
    pages.reset();
  };
  return (
    <>
      <PageHead title="Webhooks">
        <RegisterButton />
      </PageHead>
      <search className="filters">
        <Field label="URL contains">
          {(id) => (
            <input
              id={id}
              type="search"
              value={filter.search}
              onChange={(event) => set({ search: event.target.value })}
            />
          )}
        </Field>
        <Field label="Account">
          {(id) => (
            <input
              id={id}
              value={filter.accountId}
              onChange={(event) => set({ accountId: event.target.value })}
            />
          )}
        </Field>
        <Field label="State">
          {(id) => (
            <select
              id={id}
              value={filter.state}
              onChange={(event) => set({ state: event.target.value })}
            >
              <option value="">any</option>
              <option value="well">well</option>
              <option value="failing">failing</option>
              <option value="inactive">inactive</option>
            </select>
          )}
        </Field>
        <Field label="Tier">
          {(id) => (
            <select
              id={id}
              value={filter.tier}
              onChange={(event) => set({ tier: event.target.value })}
            >
              <option value="">any</option>
              <option>critical</option>
              <option>standard</option>
              <option>low</option>
            </select>
          )}
        </Field>
      </search>
      <Listing
        page={data}
        error={error}
        empty={<>No webhook fits.</>}
        label="Webhooks"
        heads={[
          'Webhook',
          'Account',
          'Tier',
          'State',
          '24 hours',
          'Last success',
          'Failures in a row',
        ]}
      >
        {(webhook) => (
          <tr key={webhook.id}>
            <td>
              <Link to="/webhooks/$id" params={{ id: webhook.id }} className="url">
                {webhook.url}
              </Link>
            </td>
            <td>{webhook.accountId}</td>
            <td>{webhook.tier}</td>
            <td>
              <WebhookState webhook={webhook} />
            </td>
            <td>
              <SuccessRate id={webhook.id} />
            </td>
            <td>
              <Ago at={webhook.lastSuccess} />
            </td>
            <td className="number">{number(webhook.consecutiveFailures)}</td>
          </tr>
        )}
      </Listing>
      {pages.controls(data?.nextCursor ?? null)}
    </>
  );
}

const HOUR_MS = 3_600_000;

/** The success rate of the last day, hour by hour. */
function SuccessRate({ id }: { id: string }) {
  const { data } = useQuery({
    queryKey: ['stats', id, '24h', 'hour'],
    queryFn: () => call<StatsJson>('GET', `/v1/webhooks/${id}/stats?window=24h&step=hour`),
    refetchInterval: 60_000,
    staleTime: 30_000,
  });
  const byStart = new Map(data?.series.map((hour) => [Date.parse(hour.start), hour.successRate]));
  const last = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const rates = Array.from(
    { length: 24 },
    (_, n) => byStart.get(last - (23 - n) * HOUR_MS) ?? null,
  );
  const text = percent(data?.successRate ?? null);
  return (
    <span className="rate">
      <Sparkline label={`Success rate of 24 hours: ${text}`} rates={rates} />
      <span className="number">{text}</span>
    </span>
  );
}

function RegisterButton() {
  const may = useMay('webhooks:write');
  if (!may) return null;
  return (
    <AskingButton label="Register a webhook" title="Register a webhook">
      {(close) => <RegisterForm onDone={close} />}
    </AskingButton>
  );
}

function RegisterForm({ onDone }: { onDone: () => void }) {
  const [input, setInput] = useState({
    url: '',
    accountId: '',
    eventTypes: '',
    tier: 'standard',
    description: '',
  });
  const register = useAction(() =>
    call<WebhookJson & { secret: string }>('POST', '/v1/webhooks', {
      url: input.url,
      tier: input.tier,
      description: input.description,
      eventTypes: input.eventTypes.split(/[\s,]+/).filter((type) => type !== ''),
      ...(input.accountId === '' ? {} : { accountId: input.accountId }),
    }),
  );
  if (register.data !== undefined) {
    return (
      <Once
        note="It is registered. Its secret is shown this once: receivers verify signatures with it."
        label="Secret"
        text={register.data.secret}
        onDone={onDone}
      />
    );
  }
  const text = (name: 'url' | 'accountId' | 'eventTypes' | 'description', type = 'text') =>
    function Input(id: string) {
      return (
        <input
          id={id}
          type={type}
          required={name === 'url'}
          value={input[name]}
          onChange={(event) => setInput({ ...input, [name]: event.target.value })}
        />
      );
    };
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        register.mutate(undefined);
      }}
    >
      <Field label="URL">{text('url', 'url')}</Field>
      <Field label="Account" hint="“default” where left out.">
        {text('accountId')}
      </Field>
      <Field
        label="Event types"
        hint="Like expense.* or expense.created; every type where left out."
      >
        {text('eventTypes')}
      </Field>
      <Field label="Tier">
        {(id) => (
          <select
            id={id}
            value={input.tier}
            onChange={(event) => setInput({ ...input, tier: event.target.value })}
          >
            <option>critical</option>
            <option>standard</option>
            <option>low</option>
          </select>
        )}
      </Field>
      <Field label="Description">{text('description')}</Field>
      {register.error !== null && <Fault error={register.error} />}
      <div className="actions">
        <button type="submit" className="primary" disabled={register.isPending}>
          Register
        </button>
      </div>
    </form>
  );
}
