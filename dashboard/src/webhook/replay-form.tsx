import { useState } from 'react';
import { call, type ReplayJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { Field } from '../parts/form.js';
import { Fault } from '../parts/states.js';

export function ReplayForm({ path, onDone }: { path: string; onDone: () => void }) {
  const [from, setFrom] = useState('24h');
  const [statuses, setStatuses] = useState<readonly string[]>(['exhausted', 'discarded']);
  const replay = useAction(async () => {
    const begun = await call<ReplayJson>('POST', `${path}/replay`, { from, statuses });
    onDone();
    return begun;
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        replay.mutate(undefined);
      }}
    >
      <Field label="Enqueued since" hint="How long ago, like 24h or 7d, or a time.">
        {(id) => <input id={id} value={from} onChange={(event) => setFrom(event.target.value)} />}
      </Field>
      <fieldset>
        <legend>Which</legend>
        {['exhausted', 'discarded', 'delivered', 'missed'].map((status) => (
          <label key={status}>
            <input
              type="checkbox"
              checked={statuses.includes(status)}
              onChange={(event) =>
                setStatuses(
                  event.target.checked
                    ? [...statuses, status]
                    : statuses.filter((each) => each !== status),
                )
              }
            />{' '}
            {status}
          </label>
        ))}
      </fieldset>
      {replay.error !== null && <Fault error={replay.error} />}
      <div className="actions">
        <button
          type="submit"
          className="primary"
          disabled={replay.isPending || statuses.length === 0}
        >
          Begin
        </button>
      </div>
    </form>
  );
}
