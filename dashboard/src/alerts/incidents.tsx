import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call, type IncidentJson, type PageJson, query } from '../api.js';
import { useAction } from '../parts/action.js';
import { Ago } from '../parts/ago.js';
import { SelectField, TextField } from '../parts/form.js';
import { Badge, Card } from '../parts/layout.js';
import { usePages } from '../parts/pages.js';
import { Fault } from '../parts/states.js';
import { Listing } from '../parts/table.js';
import { useMay, useSession } from '../session.js';
import { conditionText, METRIC_WORDS } from './metrics.js';

const STATES = [
  ['true', 'open'],
  ['false', 'resolved'],
  ['', 'open and resolved'],
] as const;

interface Filter {
  readonly open: (typeof STATES)[number][0];
  readonly accountId: string;
}

const EVERY: Filter = { open: '', accountId: '' };

/** A page of incidents, the first of all where nothing is said. */
export const incidentsQuery = (filter = EVERY, cursor?: string) => ({
  queryKey: ['incidents', filter, cursor],
  queryFn: () =>
    call<PageJson<IncidentJson>>('GET', `/v1/incidents${query({ ...filter, cursor, limit: 10 })}`),
});

/** Rules that hold, or held. */
export function Incidents() {
  const pages = usePages();
  const { accountId } = useSession();
  const [filter, setFilter] = useState(EVERY);
  const set = (change: Partial<typeof filter>) => {
    setFilter({ ...filter, ...change });
    pages.reset();
  };
  const { data, error } = useQuery({
    ...incidentsQuery(filter, pages.cursor),
    placeholderData: keepPreviousData,
  });
  const acknowledge = useAction((id: string) => call('POST', `/v1/incidents/${id}/acknowledge`));
  return (
    <Card title="Incidents">
      <search className="filters">
        <SelectField
          label="Incidents that are"
          value={filter.open}
          options={STATES}
          onChange={(open) => set({ open })}
        />
        {accountId === null && (
          <TextField
            label="Incidents of account"
            value={filter.accountId}
            onChange={(text) => set({ accountId: text.trim() })}
          />
        )}
      </search>
      {acknowledge.error !== null && <Fault error={acknowledge.error} />}
      <Listing
        page={data}
        error={error}
        empty={<>There is none.</>}
        label="Every incident"
        heads={['Rule', 'About', 'Now', 'Opened', 'State', 'Acknowledged']}
      >
        {(incident) => (
          <Incident
            key={incident.id}
            incident={incident}
            onAcknowledge={() => acknowledge.mutate(incident.id)}
          />
        )}
      </Listing>
      {pages.controls(data?.nextCursor ?? null)}
    </Card>
  );
}

function Incident(props: { incident: IncidentJson; onAcknowledge: () => void }) {
  const { incident } = props;
  const may = useMay('alerts:write');
  return (
    <tr>
      <td>
        {incident.ruleName}
        <small className="muted block">{conditionText(incident)}</small>
      </td>
      <td>
        {incident.webhookId === null ? (
          `account ${incident.accountId}`
        ) : (
          <>
            <Link to="/webhooks/$id" params={{ id: incident.webhookId }} className="id">
              {incident.webhookId.slice(0, 16)}…
            </Link>
            <small className="muted block">of {incident.accountId}</small>
          </>
        )}
      </td>
      <td className="number">{METRIC_WORDS[incident.metric].format(incident.lastValue)}</td>
      <td>
        <Ago at={incident.openedAt} />
      </td>
      <td>
        {incident.resolvedAt === null ? (
          <Badge tone="bad">open</Badge>
        ) : (
          <>
            <Badge tone="quiet">{incident.resolution ?? 'resolved'}</Badge>{' '}
            <Ago at={incident.resolvedAt} />
          </>
        )}
      </td>
      <td>
        {incident.acknowledgedAt !== null ? (
          <>
            <Ago at={incident.acknowledgedAt} />
            <small className="muted block">by {incident.acknowledgedBy}</small>
          </>
        ) : may && incident.resolvedAt === null ? (
          <button type="button" onClick={props.onAcknowledge}>
            Acknowledge
          </button>
        ) : (
          '–'
        )}
      </td>
    </tr>
  );
}
