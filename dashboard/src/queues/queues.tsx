import { useQuery } from '@tanstack/react-query';
import { call, type QueuesJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Badge, Card, PageHead } from '../parts/layout.js';
import { Fault, Pending } from '../parts/states.js';
import { Table } from '../parts/table.js';
import { useMay } from '../session.js';
import { number } from '../words.js';

/** What BullMQ holds, and the way to the jobs themselves. */
export function Queues() {
  const may = useMay('queues:write');
  const { data, error } = useQuery({
    queryKey: ['queues'],
    queryFn: () => call<QueuesJson>('GET', '/v1/queues'),
  });
  return (
    <>
      <PageHead
        title="Queues"
        sub={
          data === undefined
            ? 'What BullMQ holds now.'
            : `What BullMQ holds now, carried by ${data.kind === 'redis' ? 'Redis' : 'PostgreSQL'}.`
        }
      >
        <a className="button primary" href="/queues/board/">
          Open Bull Board
        </a>
      </PageHead>
      <p className="note-quiet">
        The ledger says what is owed; a queue only makes it soon. Whatever is removed there comes
        back from the ledger by the end of its lease, and no job can be made or rewritten.
        {!may && ' You may look, and change nothing.'}
      </p>
      {data === undefined ? (
        <Pending error={error} />
      ) : (
        <>
          {error !== null && <Fault error={error} />}
          <Card title="Jobs by state">
            <Table
              label="Queues"
              heads={['Queue', 'State', 'Waiting', 'In work', 'Delayed', 'Failed']}
            >
              {data.queues.map((queue) => (
                <tr key={queue.name}>
                  <td>{queue.name}</td>
                  <td>
                    <Badge tone={queue.paused ? 'warn' : 'good'}>
                      {queue.paused ? 'paused' : 'open'}
                    </Badge>
                  </td>
                  <td className="number">{number(queue.waiting)}</td>
                  <td className="number">{number(queue.active)}</td>
                  <td className="number">{number(queue.delayed)}</td>
                  <td className="number">{number(queue.failed)}</td>
                </tr>
              ))}
            </Table>
          </Card>
          <Card title="What runs by the clock">
            <Table label="Repeatable jobs" heads={['Job', 'When (UTC)', 'Next']}>
              {data.repeatableJobs.map((job) => (
                <tr key={job.name}>
                  <td>{job.name}</td>
                  <td>{job.schedule}</td>
                  <td>
                    <Ago at={job.nextAt} />
                  </td>
                </tr>
              ))}
            </Table>
          </Card>
        </>
      )}
    </>
  );
}
