import type { ProcessJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Badge, Card } from '../parts/layout.js';
import { Empty } from '../parts/states.js';
import { Table } from '../parts/table.js';
import { number } from '../words.js';

/** The processes at work, and those that were lost within the hour. */
export function ProcessTable({ processes }: { processes: readonly ProcessJson[] }) {
  return (
    <Card title="Processes">
      {processes.length === 0 ? (
        <Empty>No process has announced itself.</Empty>
      ) : (
        <Table
          label="Processes at work"
          heads={['Process', 'Roles', 'State', 'In flight', 'Since']}
        >
          {processes.map((process) => (
            <tr key={process.id}>
              <td>
                {process.host}
                <small className="muted block">
                  pid {process.pid}, {process.version}
                </small>
              </td>
              <td>{process.roles.join(', ')}</td>
              <td>
                <Badge tone={process.alive ? 'good' : 'bad'}>
                  {process.alive ? 'alive' : 'silent'}
                </Badge>{' '}
                {!process.alive && <Ago at={process.seenAt} />}
              </td>
              <td className="number">{number(process.inFlight)}</td>
              <td>
                <Ago at={process.startedAt} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}
