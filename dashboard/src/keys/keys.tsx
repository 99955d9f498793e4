import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call, type KeyJson, type PageJson, query } from '../api.js';
import { useAction } from '../parts/action.js';
import { Ago } from '../parts/ago.js';
import { AskingButton } from '../parts/dialog.js';
import { Field } from '../parts/form.js';
import { Badge, PageHead } from '../parts/layout.js';
import { Once } from '../parts/once.js';
import { usePages } from '../parts/pages.js';
import { Fault } from '../parts/states.js';
import { Listing } from '../parts/table.js';

/** The keys of the HTTP API. */
export function Keys() {
  const pages = usePages();
  const { data, error } = useQuery({
    queryKey: ['keys', pages.cursor],
    queryFn: () => call<PageJson<KeyJson>>('GET', `/v1/keys${query({ cursor: pages.cursor })}`),
  });
  const revoke = useAction((id: string) => call('DELETE', `/v1/keys/${id}`));
  return (
    <>
      <PageHead title="API keys">
        <AskingButton label="Make a key" title="Make a key">
          {(close) => <NewKey onDone={close} />}
        </AskingButton>
      </PageHead>
      {revoke.error !== null && <Fault error={revoke.error} />}
      <Listing
        page={data}
        error={error}
        empty={<>There is none but that of POSTHORN_API_KEY.</>}
        label="API keys"
        heads={['Name', 'Role', 'Account', 'Made', 'Last used', 'Revoke']}
      >
        {(key) => (
          <tr key={key.id}>
            <td>{key.name}</td>
            <td>{key.role}</td>
            <td>{key.accountId ?? 'every one'}</td>
            <td>
              <Ago at={key.createdAt} />
            </td>
            <td>
              <Ago at={key.lastUsedAt} />
            </td>
            <td>
              {key.revokedAt !== null ? (
                <Badge tone="quiet">revoked</Badge>
              ) : (
                <AskingButton label="Revoke" title={`Revoke “${key.name}”?`} danger>
                  {(close) => (
                    <>
                      <p>Whoever uses it is refused within 10 seconds, for good.</p>
                      <div className="actions">
                        <button
                          type="button"
                          className="danger"
                          onClick={() => {
                            revoke.mutate(key.id);
                            close();
                          }}
                        >
                          Revoke
                        </button>
                      </div>
                    </>
                  )}
                </AskingButton>
              )}
            </td>
          </tr>
        )}
      </Listing>
      {pages.controls(data?.nextCursor ?? null)}
    </>
  );
}

function NewKey({ onDone }: { onDone: () => void }) {
  const [input, setInput] = useState({ name: '', role: 'viewer', accountId: '' });
  const make = useAction(() =>
    call<KeyJson & { key: string }>('POST', '/v1/keys', {
      name: input.name,
      role: input.role,
      ...(input.accountId === '' ? {} : { accountId: input.accountId }),
    }),
  );
  if (make.data !== undefined) {
    return (
      <Once note="The key is shown this once." label="Key" text={make.data.key} onDone={onDone} />
    );
  }
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        make.mutate(undefined);
      }}
    >
      <Field label="Name">
        {(id) => (
          <input
            id={id}
            required
            maxLength={100}
            value={input.name}
            onChange={(event) => setInput({ ...input, name: event.target.value })}
          />
        )}
      </Field>
      <Field label="Role">
        {(id) => (
          <select
            id={id}
            value={input.role}
            onChange={(event) => setInput({ ...input, role: event.target.value })}
          >
            <option>viewer</option>
            <option>producer</option>
            <option>operator</option>
            <option>admin</option>
          </select>
        )}
      </Field>
      <Field label="Account" hint="Every account where left out.">
        {(id) => (
          <input
            id={id}
            value={input.accountId}
            onChange={(event) => setInput({ ...input, accountId: event.target.value })}
          />
        )}
      </Field>
      {make.error !== null && <Fault error={make.error} />}
      <div className="actions">
        <button type="submit" className="primary" disabled={make.isPending}>
          Make it
        </button>
      </div>
    </form>
  );
}
