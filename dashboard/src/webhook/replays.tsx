import { useQuery } from '@tanstack/react-query';
import { call, type PageJson, query, type ReplayJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Badge } from '../parts/layout.js';
import { Empty, Pending } from '../parts/states.js';
import { Table } from '../parts/table.js';
import { number } from '../words.js';

export function Replays({ id }: { id: string }) {
  const { data, error } = useQuery({
    queryKey: ['replays', id],
    queryFn: () => call<PageJson<ReplayJson>>('GET', `/v1/replays${query({ webhookId: id })}`),
    refetchInterval: 1_000,
  });
  if (data === undefined) return <Pending error={error} />;
  if (data.data.length === 0) return <Empty>Nothing was replayed.</Empty>;
  return (
    <Table label="Replays" heads={['Begun', 'Status', 'Progress', 'Statuses']}>
      {data.data.map((replay) => (
        <tr key={replay.id}>
          <td>
            <Ago at={replay.createdAt} />
          </td>
          <td>
            <Badge tone={replay.status === 'running' ? 'warn' : 'quiet'}>{replay.status}</Badge>
          </td>
          <td>
            <progress
              aria-label={`${number(replay.replayed)} of ${number(replay.total)}`}
              max={Math.max(1, replay.total)}
              value={replay.replayed}
            />{' '}
            {number(replay.replayed)} of {number(replay.total)}
          </td>
          <td>{replay.statuses.join(', ')}</td>
        </tr>
      ))}
    </Table>
  );
}
