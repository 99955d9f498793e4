import { type FormEvent, useState } from 'react';
import { call, type WebhookJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { Field } from '../parts/form.js';
import { Once } from '../parts/once.js';
import { Fault } from '../parts/states.js';
import { readEventTypes } from './in-words.js';

interface Input {
  readonly url: string;
  readonly eventTypes: string;
  readonly description: string;
}

/** Registers a webhook, and shows its secret this once. */
export function RegisterForm({ onDone }: { onDone: () => void }) {
  const register = useAction((input: Input) =>
    call<WebhookJson & { secret: string }>('POST', '/v1/webhooks', bodyOf(input)),
  );
  if (register.data !== undefined) {
    return (
      <Once
        note="It is registered. Keep its secret: your endpoint verifies with it that what arrives is from us. It is shown this once."
        label="Secret"
        text={register.data.secret}
        onDone={onDone}
      />
    );
  }
  return (
    <WebhookForm
      before={{ url: '', eventTypes: '', description: '' }}
      label="Register"
      isPending={register.isPending}
      error={register.error}
      onSubmit={(input) => register.mutate(input)}
    />
  );
}

/** Changes what a webhook is sent, and where to. */
export function EditForm({ webhook, onDone }: { webhook: WebhookJson; onDone: () => void }) {
  const change = useAction(async (input: Input) => {
    await call('PATCH', `/v1/webhooks/${webhook.id}`, bodyOf(input));
    onDone();
  });
  return (
    <WebhookForm
      before={{
        url: webhook.url,
        eventTypes: webhook.eventTypes.join(', '),
        description: webhook.description,
      }}
      label="Save"
      isPending={change.isPending}
      error={change.error}
      onSubmit={(input) => change.mutate(input)}
    />
  );
}

function bodyOf({ url, eventTypes, description }: Input) {
  return { url: url.trim(), description, eventTypes: readEventTypes(eventTypes) };
}

function WebhookForm(props: {
  before: Input;
  label: string;
  isPending: boolean;
  error: Error | null;
  onSubmit: (input: Input) => void;
}) {
  const [input, setInput] = useState(props.before);
  const text = (name: keyof Input, type = 'text', example = '') =>
    function TextInput(id: string) {
      return (
        <input
          id={id}
          type={type}
          required={name === 'url'}
          maxLength={name === 'description' ? 500 : undefined}
          placeholder={example}
          value={input[name]}
          onChange={(event) => setInput({ ...input, [name]: event.target.value })}
        />
      );
    };
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        props.onSubmit(input);
      }}
    >
      <Field label="URL" hint="Your endpoint. It is sent a POST with JSON, and answers with a 2xx.">
        {text('url', 'url', 'https://')}
      </Field>
      <Field
        label="Events"
        hint="Types with commas between, like expense.created or expense.*; every event where left empty."
      >
        {text('eventTypes')}
      </Field>
      <Field label="Description" hint="For you and your team.">
        {text('description')}
      </Field>
      {props.error !== null && <Fault error={props.error} />}
      <div className="actions">
        <button type="submit" className="primary" disabled={props.isPending}>
          {props.label}
        </button>
      </div>
    </form>
  );
}
