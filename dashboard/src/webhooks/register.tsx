import { type FormEvent, useState } from 'react';
import { call, type WebhookJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { AskingButton } from '../parts/dialog.js';
import { readList } from '../parts/field-text.js';
import { Field } from '../parts/form.js';
import { Once } from '../parts/once.js';
import { useMay } from '../session.js';
import { choiceFor, FormatField, formatOf, NO_FORMAT, OtherFault } from './format-field.js';

export function RegisterButton() {
  const may = useMay('webhooks:write');
  if (!may) return null;
  return (
    <AskingButton label="Register a webhook" title="Register a webhook">
      {(close) => <RegisterForm onDone={close} />}
    </AskingButton>
  );
}

function RegisterForm({ onDone }: { onDone: () => void }) {
  const [input, setInput] = useState({
    url: '',
    accountId: '',
    eventTypes: '',
    tier: 'standard',
    description: '',
  });
  const [format, setFormat] = useState(NO_FORMAT);
  const register = useAction(() =>
    call<WebhookJson & { secret: string }>('POST', '/v1/webhooks', {
      url: input.url,
      tier: input.tier,
      description: input.description,
      eventTypes: readList(input.eventTypes),
      format: formatOf(format),
      ...(input.accountId === '' ? {} : { accountId: input.accountId }),
    }),
  );
  if (register.data !== undefined) {
    return (
      <Once
        note="It is registered. Its secret is shown this once: receivers verify signatures with it."
        label="Secret"
        text={register.data.secret}
        onDone={onDone}
      />
    );
  }
  const text = (name: 'url' | 'accountId' | 'eventTypes' | 'description', type = 'text') =>
    function Input(id: string) {
      return (
        <input
          id={id}
          type={type}
          required={name === 'url'}
          value={input[name]}
          onChange={(event) => {
            setInput({ ...input, [name]: event.target.value });
            if (name === 'url') setFormat(choiceFor(event.target.value, format));
          }}
        />
      );
    };
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        register.mutate(undefined);
      }}
    >
      <Field label="URL">{text('url', 'url')}</Field>
      <Field label="Account" hint="“default” where left out.">
        {text('accountId')}
      </Field>
      <Field
        label="Event types"
        hint="Like expense.* or expense.created; every type where left out."
      >
        {text('eventTypes')}
      </Field>
      <Field label="Tier">
        {(id) => (
          <select
            id={id}
            value={input.tier}
            onChange={(event) => setInput({ ...input, tier: event.target.value })}
          >
            <option>critical</option>
            <option>standard</option>
            <option>low</option>
          </select>
        )}
      </Field>
      <FormatField choice={format} error={register.error} onChange={setFormat} />
      <Field label="Description">{text('description')}</Field>
      <OtherFault error={register.error} />
      <div className="actions">
        <button type="submit" className="primary" disabled={register.isPending}>
          Register
        </button>
      </div>
    </form>
  );
}
