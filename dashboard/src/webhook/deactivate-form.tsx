import { useState } from 'react';
import { call } from '../api.js';
import { useAction } from '../parts/action.js';
import { Field } from '../parts/form.js';
import { Fault } from '../parts/states.js';

export function Deactivate({ path, onDone }: { path: string; onDone: () => void }) {
  const [detail, setDetail] = useState('');
  const deactivate = useAction(async () => {
    await call('POST', `${path}/deactivate`, detail === '' ? {} : { detail });
    onDone();
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        deactivate.mutate(undefined);
      }}
    >
      <p>Deliveries stop. What is owed waits until it is reactivated.</p>
      <Field label="Why" hint="Its history keeps this.">
        {(id) => (
          <input
            id={id}
            maxLength={500}
            value={detail}
            onChange={(event) => setDetail(event.target.value)}
          />
        )}
      </Field>
      {deactivate.error !== null && <Fault error={deactivate.error} />}
      <div className="actions">
        <button type="submit" className="danger" disabled={deactivate.isPending}>
          Deactivate
        </button>
      </div>
    </form>
  );
}
