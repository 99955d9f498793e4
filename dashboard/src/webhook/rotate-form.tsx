import { useState } from 'react';
import { call, type WebhookJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { Field } from '../parts/form.js';
import { Once } from '../parts/once.js';
import { Fault } from '../parts/states.js';

export function Rotate({ path, onDone }: { path: string; onDone: () => void }) {
  const [overlap, setOverlap] = useState('24h');
  const rotate = useAction(() =>
    call<WebhookJson & { secret: string }>('POST', `${path}/rotate-secret`, { overlap }),
  );
  if (rotate.data !== undefined) {
    return (
      <Once
        note="The new secret is shown this once."
        label="Secret"
        text={rotate.data.secret}
        onDone={onDone}
      />
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        rotate.mutate(undefined);
      }}
    >
      <Field label="The former secret signs beside it for" hint="0s to 7d, like 24h.">
        {(id) => (
          <input id={id} value={overlap} onChange={(event) => setOverlap(event.target.value)} />
        )}
      </Field>
      {rotate.error !== null && <Fault error={rotate.error} />}
      <div className="actions">
        <button type="submit" className="primary" disabled={rotate.isPending}>
          Make a new secret
        </button>
      </div>
    </form>
  );
}
