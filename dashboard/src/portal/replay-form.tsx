import { useState } from 'react';
import { call, type ReplayJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { localMinute } from '../parts/field-text.js';
import { CheckField, Field } from '../parts/form.js';
import { Fault } from '../parts/states.js';

/** What can be sent again, and what that is called here. */
const CHOICES = [
  ['exhausted', 'that failed'],
  ['discarded', 'that were given up'],
  ['missed', 'that came while it was inactive'],
  ['delivered', 'that were delivered'],
] as const;

type Choice = (typeof CHOICES)[number][0];

/** Sends again what was enqueued in a time. */
export function ReplayForm({ path, onDone }: { path: string; onDone: () => void }) {
  const [from, setFrom] = useState(() => minuteAfter(Date.now() - 86_400_000));
  const [to, setTo] = useState(() => minuteAfter(Date.now()));
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
      <CheckField label="Deliveries" options={CHOICES} values={statuses} onChange={setStatuses} />
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

/** For a field of times, which has minutes: what came within this one is before the next. */
function minuteAfter(ms: number): string {
  return localMinute(new Date(Math.ceil(ms / 60_000) * 60_000));
}
