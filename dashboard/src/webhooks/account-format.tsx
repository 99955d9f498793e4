import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type AccountFormatJson, call } from '../api.js';
import { useAction } from '../parts/action.js';
import { AskingButton } from '../parts/dialog.js';
import { TextField } from '../parts/form.js';
import { Pending } from '../parts/states.js';
import { useMay, useSession } from '../session.js';
import { accountFormatQuery, formatInWords } from '../webhook/format.js';
import { choiceOf, FormatField, formatOf, OtherFault } from './format-field.js';

/** Shows how requests look of an account's webhooks that have no format of their own, and changes it. */
export function AccountFormatButton({ accountId }: { accountId: string }) {
  return (
    <AskingButton label="Default format" title="The default format of an account">
      {() => <AccountFormat accountId={accountId} />}
    </AskingButton>
  );
}

function AccountFormat({ accountId: before }: { accountId: string }) {
  const { accountId: own } = useSession();
  const [chosen, setChosen] = useState(before);
  const may = useMay('webhooks:policy');
  const accountId = own ?? (chosen.trim() === '' ? 'default' : chosen.trim());
  const { data, error } = useQuery({
    ...accountFormatQuery(accountId),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      {own === null && (
        <TextField label="Account" placeholder="default" value={chosen} onChange={setChosen} />
      )}
      {data === undefined ? (
        <Pending error={error} />
      ) : (
        <>
          <p role="status">
            Requests to webhooks of <strong>{data.accountId}</strong> that have no format of their
            own: {formatInWords(data.format)}
            {data.format === null && ', because it has no default'}.
          </p>
          {may && (
            <ChangeForm
              key={`${data.accountId} ${data.updatedAt}`}
              account={data}
              isCurrent={data.accountId === accountId}
            />
          )}
        </>
      )}
    </>
  );
}

/** @param props.isCurrent false while another account was named, and its format is still to come */
function ChangeForm(props: { account: AccountFormatJson; isCurrent: boolean }) {
  const { accountId, format } = props.account;
  const [choice, setChoice] = useState(() => choiceOf(format ?? { kind: 'standard' }));
  const path = `/v1/accounts/${encodeURIComponent(accountId)}/format`;
  const set = useAction(async () => call('PUT', path, { format: formatOf(choice) }));
  const remove = useAction(() => call('DELETE', path));
  const isDisabled = !props.isCurrent || set.isPending || remove.isPending;
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        remove.reset();
        set.mutate(undefined);
      }}
    >
      <FormatField choice={choice} error={set.error} ofAccount onChange={setChoice} />
      <OtherFault error={set.error ?? remove.error} />
      <div className="actions">
        <button type="submit" className="primary" disabled={isDisabled}>
          Set the default
        </button>
        {format !== null && (
          <button
            type="button"
            disabled={isDisabled}
            onClick={() => {
              set.reset();
              remove.mutate(undefined);
            }}
          >
            Remove the default
          </button>
        )}
      </div>
    </form>
  );
}
