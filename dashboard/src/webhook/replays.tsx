import { useQuery } from '@tanstack/react-query';
import { call, type PageJson, query, type ReplayJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { Ago } from '../parts/ago.js';
import { Badge } from '../parts/layout.js';
import { Fault } from '../parts/states.js';
import { Listing } from '../parts/table.js';
import { useMay } from '../session.js';
import { number } from '../words.js';

/** A webhook's replays, with how far each has come. */
export function Replays({ id }: { id: string }) {
  const may = useMay('deliveries:retry');
  const { data, error } = useQuery({
    queryKey: ['replays', id],
    queryFn: () => call<PageJson<ReplayJson>>('GET', `/v1/replays${query({ webhookId: id })}`),
    refetchInterval: ({ state }) =>
      state.data?.data.some(({ status }) => status === 'running') === true ? 1_000 : 5_000,
  });
  const cancel = useAction((replayId: string) => call('POST', `/v1/replays/${replayId}/cancel`));
  return (
    <>
      {cancel.error !== null && <Fault error={cancel.error} />}
      <Listing
        page={data}
        error={error}
        empty={<>Nothing was replayed.</>}
        label="Replays"
        heads={['Begun', 'Status', 'Progress', 'Statuses', 'Event types', 'Cancel']}
      >
        {(replay) => (
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
            <td>{replay.eventTypes.join(', ') || 'every type'}</td>
            <td>
              {may && replay.status === 'running' ? (
                <button
                  type="button"
                  disabled={cancel.isPending}
                  onClick={() => cancel.mutate(replay.id)}
                >
                  Cancel
                </button>
              ) : (
                '–'
              )}
            </td>
          </tr>
        )}
      </Listing>
    </>
  );
}
