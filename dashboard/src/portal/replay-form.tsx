import { useState } from 'react';
import { call, type ReplayJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { Field } from '../parts/form.js';
import { Fault } from '../parts/states.js';

/** What can be sent again, and what that is called here. */
const CHOICES = {
  exhausted: 'that failed',
  discarded: 'that were given up',
  missed: 'that came while it was inactive',
  delivered: 'that were delivered',
} as const;

type Choice = keyof typeof CHOICES;

/** Sends again what was enqueued in a time. */
export function ReplayForm({ path, onDone }: { path: string; onDone: () => void }) {
  const [from, setFrom] = useState(() => localTime(Date.now() - 86_400_000));
  const [to, setTo] = useState(() => localTime(Date.now()));
  const [statuses, setStatuses] = useState<readonly Choice[]>(['exhausted', 'discarded']);
  const replay = useAction(async () => {
    const times = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    await call<ReplayJson>('POST', `${path}/replay`, { ...times, statuses });
    onDone();
  });
  const time = (value: string, change: (value: string) => void) => (id: string) => (
    <input
      id={id}
      type="datetime-local"
      required
      value={value}
      onChange={(event) => change(event.target.value)}
    />
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        replay.mutate(undefined);
      }}
    >
      <div className="two">
        <Field label="From">{time(from, setFrom)}</Field>
        <Field label="To">{time(to, setTo)}</Field>
      </div>
      <fieldset>
        <legend>Deliveries</legend>
        {(Object.entries(CHOICES) as [Choice, string][]).map(([status, words]) => (
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
            {words}
          </label>
        ))}
      </fieldset>
      <p className="muted">
        They come with the same ids, so that your endpoint can tell what it has already.
      </p>
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

/** A time as the browser's own field has it: local, to the minute, rounded up. */
function localTime(ms: number): string {
  const minute = Math.ceil(ms / 60_000) * 60_000;
  const date = new Date(minute);
  return new Date(minute - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
