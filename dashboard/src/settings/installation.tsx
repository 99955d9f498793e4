import { useQuery } from '@tanstack/react-query';
import { call, type ProcessJson, type SurroundingsJson } from '../api.js';
import { ProcessTable } from '../overview/process-table.js';
import { Badge, Card } from '../parts/layout.js';
import { Pending } from '../parts/states.js';
import { Table } from '../parts/table.js';
import { time } from '../words.js';

/** Posthorn, Node, PostgreSQL and Redis, with their versions. */
export function Parts({ surroundings }: { surroundings: SurroundingsJson }) {
  const { version, process, postgres, queue } = surroundings;
  return (
    <Card title="What it is made of">
      <dl className="pairs">
        <div>
          <dt>Posthorn</dt>
          <dd>{version}</dd>
        </div>
        <div>
          <dt>Node</dt>
          <dd>
            {process.node} on {process.platform}
          </dd>
        </div>
        <div>
          <dt>PostgreSQL</dt>
          <dd>
            {postgres.version}, {postgres.embedded ? 'embedded in' : 'at'} {postgres.place}
          </dd>
        </div>
        <div>
          <dt>Queue</dt>
          <dd>
            {queue.kind === 'postgres' ? 'PostgreSQL' : 'Redis'}
            {queue.shards > 1 && `, ${queue.shards} shards`}
          </dd>
        </div>
        {queue.nodes.map((node) => (
          <div key={node.node}>
            <dt>Redis {node.node}</dt>
            <dd>
              {node.fault !== null ? (
                <Badge tone="bad">{node.fault}</Badge>
              ) : (
                `${node.version}, ${node.cluster ? 'of a cluster' : 'single'}, ${node.evictionPolicy}, ${node.appendOnly ? 'append-only file' : 'no append-only file'}`
              )}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

export const processesQuery = {
  queryKey: ['processes'],
  queryFn: () => call<{ data: readonly ProcessJson[] }>('GET', '/v1/processes'),
};

/** The processes at work. */
export function Processes() {
  const { data, error } = useQuery(processesQuery);
  if (data !== undefined) return <ProcessTable processes={data.data} />;
  return (
    <Card title="Processes">
      <Pending error={error} />
    </Card>
  );
}

/** The migrations that the ledger has. */
export function Migrations({ migrations }: Pick<SurroundingsJson, 'migrations'>) {
  return (
    <Card title="Migrations applied">
      <Table label="Migrations" heads={['Migration', 'Applied']}>
        {migrations.map(({ name, appliedAt }) => (
          <tr key={name}>
            <td>
              <code>{name}</code>
            </td>
            <td>{time(appliedAt)}</td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}
