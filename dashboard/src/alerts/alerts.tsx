import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ChannelJson, call, type IncidentJson, type PageJson, type RuleJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { Ago } from '../parts/ago.js';
import { Badge, Card, PageHead } from '../parts/layout.js';
import { Fault } from '../parts/states.js';
import { Listing } from '../parts/table.js';
import { useMay } from '../session.js';

/** Incidents, the rules that open them, and the channels that tell of them. */
export function Alerts() {
  return (
    <>
      <PageHead title="Alerts" />
      <Incidents />
      <Rules />
      <Channels />
    </>
  );
}

function Incidents() {
  const may = useMay('alerts:write');
  const { data, error } = useQuery({
    queryKey: ['incidents'],
    queryFn: () => call<PageJson<IncidentJson>>('GET', '/v1/incidents'),
  });
  const acknowledge = useAction((id: string) => call('POST', `/v1/incidents/${id}/acknowledge`));
  return (
    <Card title="Incidents">
      {acknowledge.error !== null && <Fault error={acknowledge.error} />}
      <Listing
        page={data}
        error={error}
        empty={<>There was none.</>}
        label="Every incident"
        heads={['Rule', 'About', 'Value', 'Opened', 'State', 'Acknowledged']}
      >
        {(incident) => (
          <tr key={incident.id}>
            <td>{incident.ruleName}</td>
            <td>
              {incident.webhookId === null ? (
                `account ${incident.accountId}`
              ) : (
                <Link to="/webhooks/$id" params={{ id: incident.webhookId }} className="id">
                  {incident.webhookId}
                </Link>
              )}
            </td>
            <td className="number">{Math.round(incident.lastValue * 1_000) / 1_000}</td>
            <td>
              <Ago at={incident.openedAt} />
            </td>
            <td>
              {incident.resolvedAt === null ? (
                <Badge tone="bad">open</Badge>
              ) : (
                <Badge tone="quiet">{incident.resolution ?? 'resolved'}</Badge>
              )}
            </td>
            <td>
              {incident.acknowledgedAt !== null ? (
                <Ago at={incident.acknowledgedAt} />
              ) : may && incident.resolvedAt === null ? (
                <button type="button" onClick={() => acknowledge.mutate(incident.id)}>
                  Acknowledge
                </button>
              ) : (
                '–'
              )}
            </td>
          </tr>
        )}
      </Listing>
    </Card>
  );
}

function Rules() {
  const may = useMay('alerts:write');
  const { data, error } = useQuery({
    queryKey: ['rules'],
    queryFn: () => call<PageJson<RuleJson>>('GET', '/v1/rules'),
  });
  const toggle = useAction((rule: RuleJson) =>
    call('PATCH', `/v1/rules/${rule.id}`, { enabled: !rule.enabled }),
  );
  return (
    <Card title="Rules">
      {toggle.error !== null && <Fault error={toggle.error} />}
      <Listing
        page={data}
        error={error}
        empty={
          <>
            There is none yet. Make one with <code>posthorn rule add</code>.
          </>
        }
        label="Alert rules"
        heads={['Rule', 'Account', 'Fires when', 'State', 'Change']}
      >
        {(rule) => (
          <tr key={rule.id}>
            <td>{rule.name}</td>
            <td>{rule.accountId}</td>
            <td>
              {rule.metric} {rule.comparison} {rule.threshold}
            </td>
            <td>
              <Badge tone={rule.enabled ? 'good' : 'quiet'}>{rule.enabled ? 'on' : 'off'}</Badge>
            </td>
            <td>
              {may && (
                <button type="button" onClick={() => toggle.mutate(rule)}>
                  Turn {rule.enabled ? 'off' : 'on'}
                </button>
              )}
            </td>
          </tr>
        )}
      </Listing>
    </Card>
  );
}

function Channels() {
  const { data, error } = useQuery({
    queryKey: ['channels'],
    queryFn: () => call<PageJson<ChannelJson>>('GET', '/v1/channels'),
  });
  return (
    <Card title="Channels">
      <Listing
        page={data}
        error={error}
        empty={
          <>
            There is none yet. Make one with <code>posthorn channel add</code>.
          </>
        }
        label="Every channel"
        heads={['Channel', 'Account', 'Kind', 'Goes to', 'Test']}
      >
        {(channel) => <Channel key={channel.id} channel={channel} />}
      </Listing>
    </Card>
  );
}

function Channel({ channel }: { channel: ChannelJson }) {
  const may = useMay('alerts:write');
  const send = useAction(() =>
    call<{ ok: boolean; error: string | null }>('POST', `/v1/channels/${channel.id}/test`),
  );
  return (
    <tr>
      <td>{channel.name}</td>
      <td>{channel.accountId}</td>
      <td>{channel.kind}</td>
      <td>{channel.kind === 'email' ? channel.recipients.join(', ') : channel.url}</td>
      <td>
        {may && (
          <button type="button" disabled={send.isPending} onClick={() => send.mutate(undefined)}>
            Send a test
          </button>
        )}{' '}
        <span role="status">
          {send.data !== undefined && (send.data.ok ? 'Sent.' : `Failed: ${send.data.error}`)}
          {send.error?.message}
        </span>
      </td>
    </tr>
  );
}
