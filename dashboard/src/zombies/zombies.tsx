import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import {
  type AtRiskJson,
  call,
  type PageJson,
  query,
  type WebhookJson,
  type ZombieJson,
} from '../api.js';
import { useAction } from '../parts/action.js';
import { Ago } from '../parts/ago.js';
import { Card, PageHead } from '../parts/layout.js';
import { usePages } from '../parts/pages.js';
import { Fault } from '../parts/states.js';
import { Listing } from '../parts/table.js';
import { useMay, useSession } from '../session.js';
import { WebhookState } from '../webhooks/webhook-state.js';
import { duration, number } from '../words.js';

/** Webhooks that will be deactivated, and those that were. */
export function Zombies() {
  const all = useSession().accountId === null;
  const mayRead = useMay('zombies:sweep') && all;
  return (
    <>
      <PageHead
        title="Zombies"
        sub="Webhooks that keep failing are deactivated once their tier’s threshold has passed."
      />
      <AtRisk />
      {mayRead && <DryRun />}
      <Deactivated />
    </>
  );
}

function AtRisk() {
  const pages = usePages();
  const { data, error } = useQuery({
    queryKey: ['zombies', pages.cursor],
    queryFn: () =>
      call<PageJson<AtRiskJson>>(
        'GET',
        `/v1/zombies${query({ within: '365d', cursor: pages.cursor })}`,
      ),
  });
  return (
    <Card title="Failing, least time left first">
      <Listing
        page={data}
        error={error}
        empty={<>No webhook is failing.</>}
        label="Webhooks at risk"
        heads={[
          'Webhook',
          'Account',
          'Tier',
          'Time left',
          'Last success',
          'Failures in a row',
          'Last error',
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
            <td>{webhook.zombie ? 'none' : duration(webhook.timeLeftMs)}</td>
            <td>
              <Ago at={webhook.lastSuccess} />
            </td>
            <td className="number">{number(webhook.consecutiveFailures)}</td>
            <td>{webhook.lastError ?? '–'}</td>
          </tr>
        )}
      </Listing>
      {pages.controls(data?.nextCursor ?? null)}
    </Card>
  );
}

function DryRun() {
  const sweep = useAction((dryRun: boolean) =>
    call<{ deactivated: readonly ZombieJson[] }>('POST', '/v1/zombies/sweep', { dryRun }),
  );
  const found = sweep.data?.deactivated;
  return (
    <Card
      title="The sweep"
      aside={
        <button type="button" disabled={sweep.isPending} onClick={() => sweep.mutate(true)}>
          Which would it deactivate now?
        </button>
      }
    >
      {sweep.error !== null && <Fault error={sweep.error} />}
      {found === undefined ? (
        <p className="muted">The sweep runs by itself. A dry run changes nothing.</p>
      ) : found.length === 0 ? (
        <p role="status">None.</p>
      ) : (
        <ul role="status">
          {found.map((zombie) => (
            <li key={zombie.id}>
              {zombie.url}: {zombie.detail}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Deactivated() {
  const pages = usePages();
  const { data, error } = useQuery({
    queryKey: ['deactivated', pages.cursor],
    queryFn: () =>
      call<PageJson<WebhookJson>>(
        'GET',
        `/v1/webhooks${query({ active: 'false', cursor: pages.cursor })}`,
      ),
  });
  return (
    <Card title="Deactivated">
      <Listing
        page={data}
        error={error}
        empty={<>No webhook is inactive.</>}
        label="Deactivated webhooks"
        heads={['Webhook', 'Account', 'State', 'When', 'Why']}
      >
        {(webhook) => (
          <tr key={webhook.id}>
            <td>
              <Link to="/webhooks/$id" params={{ id: webhook.id }} className="url">
                {webhook.url}
              </Link>
            </td>
            <td>{webhook.accountId}</td>
            <td>
              <WebhookState webhook={webhook} />
            </td>
            <td>
              <Ago at={webhook.deactivatedAt} />
            </td>
            <td>{webhook.deactivationDetail ?? '–'}</td>
          </tr>
        )}
      </Listing>
      {pages.controls(data?.nextCursor ?? null)}
    </Card>
  );
}
