import { useState } from 'react';
import { call, type WebhookJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { Field } from '../parts/form.js';
import { Fault } from '../parts/states.js';

const METHODS = ['ping', 'handshake', 'challenge'] as const;

/** Asks the endpoint once more whether it wants what it gets. */
export function VerifyForm({ webhook, onDone }: { webhook: WebhookJson; onDone: () => void }) {
  const [method, setMethod] = useState<string>(
    METHODS.find((each) => each === webhook.verification) ?? 'ping',
  );
  const verify = useAction(async () => {
    await call('POST', `/v1/webhooks/${webhook.id}/verify`, { method });
    onDone();
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        verify.mutate(undefined);
      }}
    >
      <Field label="Method" hint="Nothing changes where the endpoint does not pass.">
        {(id) => (
          <select id={id} value={method} onChange={(event) => setMethod(event.target.value)}>
            {METHODS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        )}
      </Field>
      {verify.error !== null && <Fault error={verify.error} />}
      <div className="actions">
        <button type="submit" className="primary" disabled={verify.isPending}>
          Verify now
        </button>
      </div>
    </form>
  );
}
