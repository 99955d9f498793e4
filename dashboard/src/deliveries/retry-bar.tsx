import { useState } from 'react';
import { call } from '../api.js';
import { useAction } from '../parts/action.js';
import { AskingButton } from '../parts/dialog.js';
import { Fault } from '../parts/states.js';
import { ReplayForm } from '../webhook/replay-form.js';
import { number, plural } from '../words.js';
import type { DeliveryFilter } from './delivery-filters.js';

/** Makes marked deliveries again, or all of one webhook that fit, by a replay. */
export function RetryBar(props: {
  filter: DeliveryFilter;
  marked: readonly string[];
  onDone: () => void;
}) {
  const { filter, marked, onDone } = props;
  const { webhookId, status, eventType, from, to, outcome, eventId } = filter;
  const [made, setMade] = useState(0);
  const retry = useAction(async (ids: readonly string[]) => {
    for (const [index, id] of ids.entries()) {
      await call('POST', `/v1/deliveries/${id}/retry`);
      setMade(index + 1);
    }
    onDone();
  });
  // A replay knows neither outcomes nor single events.
  const canReplay = webhookId !== '' && outcome === '' && eventId === '' && status !== 'pending';
  return (
    <div className="actions bar">
      <button
        type="button"
        disabled={marked.length === 0 || retry.isPending}
        onClick={() => {
          setMade(0);
          retry.mutate(marked);
        }}
      >
        Retry {marked.length === 0 ? 'marked' : number(marked.length)}
      </button>
      {canReplay && (
        <AskingButton label="Retry all that fit" title="Replay all that fit">
          {(close) => (
            <ReplayForm
              path={`/v1/webhooks/${webhookId}`}
              fitting={{
                from: from === '' ? '30d' : from,
                ...(to === '' ? {} : { to }),
                ...(status === '' ? {} : { statuses: [status] }),
                ...(eventType === '' ? {} : { eventTypes: [eventType] }),
              }}
              onDone={close}
            />
          )}
        </AskingButton>
      )}
      <span className="muted" role="status">
        {retry.isPending && `${number(made)} of ${number(retry.variables.length)}…`}
        {retry.isSuccess && `${plural(retry.variables.length, 'delivery', 'deliveries')} made due.`}
      </span>
      {retry.error !== null && <Fault error={retry.error} />}
    </div>
  );
}
