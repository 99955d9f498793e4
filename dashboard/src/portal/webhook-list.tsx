import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call, type HealthJson, type PageJson, query, type WebhookJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { AskingButton } from '../parts/dialog.js';
import { PageHead } from '../parts/layout.js';
import { usePages } from '../parts/pages.js';
import { Pending } from '../parts/states.js';
import { useMay } from '../session.js';
import { healthQuery } from '../webhooks/health.js';
import { SuccessRate } from '../webhooks/success-rate.js';
import { ConditionBadge } from './condition.js';
import { eventTypesInWords } from './in-words.js';
import { RegisterForm } from './webhook-form.js';

/** All webhooks of the account. */
export function WebhookList() {
  const pages = usePages();
  const { data, error } = useQuery({
    queryKey: ['webhooks', pages.cursor],
    queryFn: () =>
      call<PageJson<WebhookJson>>('GET', `/v1/webhooks${query({ cursor: pages.cursor })}`),
    placeholderData: keepPreviousData,
  });
  const health = useQuery({
    ...healthQuery(data?.data.map(({ id }) => id) ?? []),
    enabled: data !== undefined,
  });
  return (
    <>
      <PageHead title="Webhooks" sub="What happens is sent to these URLs as it happens.">
        <RegisterButton />
      </PageHead>
      {data === undefined ? (
        <Pending error={error} />
      ) : data.data.length === 0 ? (
        <section className="card nothing-yet">
          <h2>No webhook yet</h2>
          <p>Register the URL of your endpoint, and choose what it is told of.</p>
        </section>
      ) : (
        <ul className="hooks">
          {data.data.map((webhook) => (
            <WebhookCard
              key={webhook.id}
              webhook={webhook}
              health={health.data?.data.find((each) => each.webhook.id === webhook.id)}
            />
          ))}
        </ul>
      )}
      {pages.controls(data?.nextCursor ?? null)}
    </>
  );
}

function WebhookCard(props: { webhook: WebhookJson; health: HealthJson | undefined }) {
  const { webhook, health } = props;
  return (
    <li className="card hook">
      <div className="hook-head">
        <Link to="/webhooks/$id" params={{ id: webhook.id }} className="url">
          {webhook.url}
        </Link>
        <ConditionBadge webhook={webhook} />
      </div>
      <p className="muted">
        {webhook.description !== '' && `${webhook.description} · `}
        {eventTypesInWords(webhook.eventTypes)}
      </p>
      <dl className="hook-figures">
        <div>
          <dt>Last 24 hours</dt>
          <dd>
            <SuccessRate health={health} />
          </dd>
        </div>
        <div>
          <dt>Last success</dt>
          <dd>
            <Ago at={webhook.lastSuccess} />
          </dd>
        </div>
      </dl>
    </li>
  );
}

function RegisterButton() {
  if (!useMay('webhooks:write')) return null;
  return (
    <AskingButton label="Register a webhook" title="Register a webhook">
      {(close) => <RegisterForm onDone={close} />}
    </AskingButton>
  );
}
