import { useQuery } from '@tanstack/react-query';
import { call, type OwedJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { Fault } from '../parts/states.js';
import { ago, plural } from '../words.js';

/** Asks what becomes of the deliveries that wait, and says how many they are. */
export function Reactivate({ path, onDone }: { path: string; onDone: () => void }) {
  const { data } = useQuery({
    queryKey: ['owed', path],
    queryFn: () => call<OwedJson>('GET', `${path}/owed`),
  });
  const reactivate = useAction(async (owed: 'replay' | 'discard') => {
    await call('POST', `${path}/reactivate`, { owed });
    onDone();
  });
  const nothingWaits = data?.deliveries === 0;
  return (
    <>
      <p role="status">{data === undefined ? 'Looking at what waits…' : waitingInWords(data)}</p>
      {reactivate.error !== null && <Fault error={reactivate.error} />}
      <div className="actions">
        <button
          type="button"
          className="primary"
          disabled={reactivate.isPending || data === undefined}
          onClick={() => reactivate.mutate('replay')}
        >
          {nothingWaits ? 'Reactivate' : 'Reactivate, and send what waits'}
        </button>
        {!nothingWaits && (
          <button
            type="button"
            disabled={reactivate.isPending || data === undefined}
            onClick={() => reactivate.mutate('discard')}
          >
            Reactivate, and give that up
          </button>
        )}
      </div>
    </>
  );
}

function waitingInWords({ deliveries, oldest }: OwedJson): string {
  if (deliveries === 0) return 'Nothing came while it was inactive.';
  const first = oldest === null ? '' : `, the oldest from ${ago(oldest)}`;
  return `${plural(deliveries, 'delivery waits', 'deliveries wait')} for it${first}.`;
}
