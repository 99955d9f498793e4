import { useQuery } from '@tanstack/react-query';
import { call, type PageJson, query, type ReplayJson, type WebhookJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { Ago } from '../parts/ago.js';
import { Empty, Fault, Pending } from '../parts/states.js';
import { useMay } from '../session.js';
import { number, time } from '../words.js';

/** What was sent again, and how far that has come. */
export function Replays({ webhook }: { webhook: WebhookJson }) {
  const { data, error } = useQuery({
    queryKey: ['replays', webhook.id],
    queryFn: () =>
      call<PageJson<ReplayJson>>('GET', `/v1/replays${query({ webhookId: webhook.id })}`),
    refetchInterval: 2_000,
  });
  if (data === undefined) return <Pending error={error} />;
  if (data.data.length === 0) return <Empty>Nothing was sent again.</Empty>;
  return (
    <ul className="hooks">
      {data.data.map((replay) => (
        <ReplayCard key={replay.id} replay={replay} />
      ))}
    </ul>
  );
}

const STATES = { running: 'Under way', done: 'Done', cancelled: 'Cancelled' } as const;

function ReplayCard({ replay }: { replay: ReplayJson }) {
  const may = useMay('deliveries:retry');
  const cancel = useAction(() => call('POST', `/v1/replays/${replay.id}/cancel`));
  const progress = `${number(replay.replayed)} of ${number(replay.total)}`;
  return (
    <li className="card">
      <div className="hook-head">
        <strong>
          {STATES[replay.status]}, begun <Ago at={replay.createdAt} />
        </strong>
        {may && replay.status === 'running' && (
          <button
            type="button"
            disabled={cancel.isPending}
            onClick={() => cancel.mutate(undefined)}
          >
            Cancel
          </button>
        )}
      </div>
      <p className="muted">
        What came from {time(replay.from)} to {time(replay.to)}
      </p>
      <p className="replay-progress">
        <progress
          aria-label={`Sent again: ${progress}`}
          max={Math.max(1, replay.total)}
          value={replay.total === 0 ? 1 : replay.replayed}
        />
        <span className="number">{progress}</span>
      </p>
      {cancel.error !== null && <Fault error={cancel.error} />}
    </li>
  );
}
