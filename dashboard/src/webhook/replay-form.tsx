import { useState } from 'react';
import { call, type ReplayJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { readList } from '../parts/field-text.js';
import { CheckField, Field } from '../parts/form.js';
import { Fault } from '../parts/states.js';

const STATUSES = ['exhausted', 'discarded', 'delivered', 'missed'] as const;

/** What a replay begins with. */
interface Fitting {
  readonly from?: string;
  readonly to?: string;
  readonly statuses?: readonly string[];
  readonly eventTypes?: readonly string[];
}

/**
 * Begins a replay of a webhook's past deliveries.
 *
 * @param props.fitting what is chosen already; those of a day that did not arrive where left out
 */
export function ReplayForm(props: { path: string; fitting?: Fitting; onDone: () => void }) {
  const { path, fitting = {}, onDone } = props;
  const [from, setFrom] = useState(fitting.from ?? '24h');
  const [statuses, setStatuses] = useState(fitting.statuses ?? ['exhausted', 'discarded']);
  const [types, setTypes] = useState(fitting.eventTypes?.join(', ') ?? '');
  const replay = useAction(async () => {
    const { to } = fitting;
    const begun = await call<ReplayJson>('POST', `${path}/replay`, {
      from,
      statuses,
      eventTypes: readList(types),
      ...(to === undefined ? {} : { to }),
    });
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
      <p>They are made again at the pace that the webhook takes; its Replays show how far it is.</p>
      <Field label="Enqueued since" hint="How long ago, like 24h or 7d, or a time.">
        {(id) => <input id={id} value={from} onChange={(event) => setFrom(event.target.value)} />}
      </Field>
      <Field label="Event types" hint="Like expense.*; every type where empty.">
        {(id) => <input id={id} value={types} onChange={(event) => setTypes(event.target.value)} />}
      </Field>
      <CheckField
        label="Which"
        options={STATUSES.map((status) => [status, status])}
        values={statuses}
        onChange={setStatuses}
      />
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
