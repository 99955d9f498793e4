import { useQueries } from '@tanstack/react-query';
import {
  call,
  type IncidentJson,
  type OverviewJson,
  type PageJson,
  type ProcessJson,
} from '../api.js';
import { FailureClasses } from '../parts/failure-classes.js';
import { Card, PageHead } from '../parts/layout.js';
import { Fault, Pending } from '../parts/states.js';
import { useMay } from '../session.js';
import { Attention } from './attention.js';
import { Figures } from './figures.js';
import { OutcomesChart } from './outcomes-chart.js';
import { ProcessTable } from './process-table.js';
import { Verdict } from './verdict.js';

/** How all webhooks are, at a glance: what is wrong first, then how much there is of everything. */
export function Overview() {
  const mayReadAlerts = useMay('alerts:read');
  const mayReadProcesses = useMay('metrics:read');
  const [overview, incidents, processes] = useQueries({
    queries: [
      { queryKey: ['overview'], queryFn: () => call<OverviewJson>('GET', '/v1/overview') },
      {
        queryKey: ['incidents', 'open'],
        queryFn: () => call<PageJson<IncidentJson>>('GET', '/v1/incidents?open=true&limit=5'),
        enabled: mayReadAlerts,
      },
      {
        queryKey: ['processes'],
        queryFn: () => call<{ data: readonly ProcessJson[] }>('GET', '/v1/processes'),
        enabled: mayReadProcesses,
      },
    ],
  });
  // All at once, so that nothing moves when the rest comes.
  const isComing = [incidents, processes].some(({ isLoading }) => isLoading);
  if (overview.data === undefined || isComing) return <Pending error={overview.error} />;
  const { data } = overview;
  const alive = processes.data?.data.filter((process) => process.alive);
  const error = overview.error ?? incidents.error ?? processes.error;
  return (
    <>
      <PageHead title="Overview" sub="The last two hours, to within two minutes." />
      {error !== null && <Fault error={error} />}
      <Verdict overview={data} alive={alive} />
      <Attention worst={data.worst} incidents={incidents.data?.data ?? []} />
      <Figures overview={data} alive={alive} />
      <div className="columns">
        <Card title="Deliveries per minute, by outcome">
          <OutcomesChart overview={data} />
        </Card>
        <Card title="Failed attempts by class">
          <FailureClasses classes={data.failuresByClass} />
        </Card>
      </div>
      {processes.data !== undefined && <ProcessTable processes={processes.data.data} />}
    </>
  );
}
