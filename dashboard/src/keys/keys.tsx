import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { KeyRole } from '../../../src/domain/access.js';
import { call, type KeyJson, type PageJson, query } from '../api.js';
import { useAction } from '../parts/action.js';
import { Ago } from '../parts/ago.js';
import { ConfirmButton } from '../parts/confirm.js';
import { AskingButton } from '../parts/dialog.js';
import { faultOf, SelectField, TextField } from '../parts/form.js';
import { Badge, PageHead } from '../parts/layout.js';
import { Once } from '../parts/once.js';
import { usePages } from '../parts/pages.js';
import { Fault } from '../parts/states.js';
import { Listing } from '../parts/table.js';
import { useSession } from '../session.js';

/** The keys of the HTTP API. */
export function Keys() {
  const pages = usePages();
  const { data, error } = useQuery({
    queryKey: ['keys', pages.cursor],
    queryFn: () => call<PageJson<KeyJson>>('GET', `/v1/keys${query({ cursor: pages.cursor })}`),
  });
  return (
    <>
      <PageHead
        title="API keys"
        sub="Each has a role, and may be limited to one account. A key is shown once, and kept as a hash."
      >
        <AskingButton label="Make a key" title="Make a key">
          {(close) => <NewKey onDone={close} />}
        </AskingButton>
      </PageHead>
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
                <ConfirmButton
                  label="Revoke"
                  title={`Revoke “${key.name}”?`}
                  act={() => call('DELETE', `/v1/keys/${key.id}`)}
                >
                  <p>Whoever uses it is refused within 10 seconds, for good.</p>
                </ConfirmButton>
              )}
            </td>
          </tr>
        )}
      </Listing>
      {pages.controls(data?.nextCursor ?? null)}
    </>
  );
}

const ROLE_WORDS: Readonly<Record<KeyRole, string>> = {
  viewer: 'Reads everything but keys and settings.',
  producer: 'Enqueues events, and looks them up.',
  operator: 'Keeps webhooks healthy, and enqueues.',
  admin: 'Does everything.',
};

const ROLES = (['viewer', 'producer', 'operator', 'admin'] as const).map(
  (role) => [role, role] as const,
);

function NewKey({ onDone }: { onDone: () => void }) {
  const { accountId } = useSession();
  const [input, setInput] = useState<{ name: string; role: KeyRole; accountId: string }>({
    name: '',
    role: 'viewer',
    accountId: '',
  });
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
      <TextField
        label="Name"
        hint="Who has it, like “backend” or a person."
        required
        value={input.name}
        fault={faultOf(make.error, 'name')}
        onChange={(name) => setInput({ ...input, name })}
      />
      <SelectField
        label="Role"
        hint={ROLE_WORDS[input.role]}
        value={input.role}
        options={ROLES}
        onChange={(role) => setInput({ ...input, role })}
      />
      {accountId === null && (
        <TextField
          label="Account"
          hint="Every account where left out."
          value={input.accountId}
          fault={faultOf(make.error, 'accountId')}
          onChange={(text) => setInput({ ...input, accountId: text.trim() })}
        />
      )}
      {make.error !== null && <Fault error={make.error} />}
      <div className="actions">
        <button type="submit" className="primary" disabled={make.isPending}>
          Make it
        </button>
      </div>
    </form>
  );
}
