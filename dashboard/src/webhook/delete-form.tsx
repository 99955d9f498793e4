import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { call, type WebhookJson } from '../api.js';
import { Field } from '../parts/form.js';
import { Fault } from '../parts/states.js';

/** Asks for the account to be written out: there is no way back. */
export function DeleteForm({ webhook }: { webhook: WebhookJson }) {
  const { id, accountId, url } = webhook;
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<Error | null>(null);
  const client = useQueryClient();
  const navigate = useNavigate();

  async function remove(event: FormEvent) {
    event.preventDefault();
    try {
      await call('DELETE', `/v1/webhooks/${id}`);
      await navigate({ to: '/webhooks' });
      client.removeQueries({ predicate: ({ queryKey }) => queryKey.includes(id) });
      await client.invalidateQueries();
    } catch (fault) {
      setError(fault as Error);
    }
  }

  return (
    <form onSubmit={(event) => void remove(event)}>
      <p>
        This deletes <strong>{url}</strong> of the account <strong>{accountId}</strong>, and gives
        up what it is owed. It can’t be undone.
      </p>
      <Field label={`To confirm, write the account: ${accountId}`}>
        {(id) => (
          <input
            id={id}
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </Field>
      {error !== null && <Fault error={error} />}
      <div className="actions">
        <button type="submit" className="danger" disabled={typed !== accountId}>
          Delete for good
        </button>
      </div>
    </form>
  );
}
