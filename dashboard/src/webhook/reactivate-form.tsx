import { useQuery } from '@tanstack/react-query';
import { call, type OwedJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { Fault } from '../parts/states.js';
import { ago, plural } from '../words.js';

export function Reactivate({ path, onDone }: { path: string; onDone: () => void }) {
  const { data } = useQuery({
    queryKey: ['owed', path],
    queryFn: () => call<OwedJson>('GET', `${path}/owed`),
  });
  const reactivate = useAction(async (owed: 'replay' | 'discard') => {
    await call('POST', `${path}/reactivate`, { owed });
    onDone();
  });
  return (
    <>
      <p role="status">
        {data === undefined
          ? 'Looking at what is owed…'
          : data.deliveries === 0
            ? 'Nothing is owed to it.'
            : `${plural(data.deliveries, 'delivery', 'deliveries')} wait${data.deliveries === 1 ? 's' : ''} for it${data.oldest === null ? '' : `, the oldest enqueued ${ago(data.oldest)}`}.`}
      </p>
      {reactivate.error !== null && <Fault error={reactivate.error} />}
      <div className="actions">
        <button
          type="button"
          className="primary"
          disabled={reactivate.isPending}
          onClick={() => reactivate.mutate('replay')}
        >
          Reactivate, and make what is owed
        </button>
        <button
          type="button"
          disabled={reactivate.isPending}
          onClick={() => reactivate.mutate('discard')}
        >
          Reactivate, and give it up
        </button>
      </div>
    </>
  );
}
