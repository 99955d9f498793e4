import { type FormEvent, useState } from 'react';
import { call } from '../api.js';
import { useAction } from '../parts/action.js';
import { AskingButton } from '../parts/dialog.js';
import { faultOf, TextField } from '../parts/form.js';
import { Fault } from '../parts/states.js';

export function EraseButton() {
  return (
    <AskingButton label="Erase an account" title="Erase an account" danger>
      {(close) => <EraseForm onDone={close} />}
    </AskingButton>
  );
}

/** Removes what an account's events said. It wants the account's id twice. */
function EraseForm({ onDone }: { onDone: () => void }) {
  const [accountId, setAccountId] = useState('');
  const [confirm, setConfirm] = useState('');
  const erase = useAction(async (dryRun: boolean) => {
    await call('POST', '/v1/erasures', dryRun ? { accountId, dryRun } : { accountId, confirm });
    onDone();
  });
  const isSame = accountId !== '' && confirm === accountId;
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        erase.mutate(false);
      }}
    >
      <p>
        Removes the payloads of its events, what its endpoints answered and the errors of its
        attempts, from tables and archive. What happened, and when, stays. What its webhooks are
        owed is given up. It can’t be undone.
      </p>
      <TextField
        label="Account"
        required
        autoComplete="off"
        value={accountId}
        fault={faultOf(erase.error, 'accountId')}
        onChange={(text) => setAccountId(text.trim())}
      />
      <TextField
        label="The account once more"
        hint="So that no other is erased by mistake."
        autoComplete="off"
        value={confirm}
        fault={faultOf(erase.error, 'confirm')}
        onChange={(text) => setConfirm(text.trim())}
      />
      {erase.error !== null && <Fault error={erase.error} />}
      <div className="actions">
        <button
          type="button"
          disabled={accountId === '' || erase.isPending}
          onClick={() => erase.mutate(true)}
        >
          See what it would remove
        </button>
        <button type="submit" className="danger" disabled={!isSame || erase.isPending}>
          Erase for good
        </button>
      </div>
    </form>
  );
}
