import { type FormEvent, useState } from 'react';
import { call, type WebhookJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { readList } from '../parts/field-text.js';
import { Field } from '../parts/form.js';
import { Once } from '../parts/once.js';
import { Fault } from '../parts/states.js';
import { choiceFor, NO_FORMAT } from '../webhooks/format-field.js';

interface Input {
  readonly url: string;
  readonly eventTypes: string;
  readonly description: string;
  /** A format for people, or empty for whatever else its account has. */
  readonly format: string;
}

/** What is at the other end. */
const FORMATS = {
  '': 'Your own endpoint: signed JSON',
  slack: 'Slack: messages in a channel',
  discord: 'Discord: messages in a channel',
} as const;

/** Registers a webhook, and shows its secret this once. */
export function RegisterForm({ onDone }: { onDone: () => void }) {
  const register = useAction((input: Input) =>
    call<WebhookJson & { secret: string }>('POST', '/v1/webhooks', bodyOf(input)),
  );
  const format = register.data?.format?.kind;
  if (format === 'slack' || format === 'discord') return <Registered onDone={onDone} />;
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
      before={{ url: '', eventTypes: '', description: '', format: '' }}
      label="Register"
      isPending={register.isPending}
      error={register.error}
      onSubmit={(input) => register.mutate(input)}
    />
  );
}

/** For those that are sent nothing that is signed. */
function Registered({ onDone }: { onDone: () => void }) {
  return (
    <>
      <p role="status">It is registered. Send a test to see a message arrive.</p>
      <div className="actions">
        <button type="button" className="primary" onClick={onDone}>
          Done
        </button>
      </div>
    </>
  );
}

/** Changes what a webhook is sent, and where to. */
export function EditForm({ webhook, onDone }: { webhook: WebhookJson; onDone: () => void }) {
  const own = webhook.format?.kind;
  const before = own === 'slack' || own === 'discord' ? own : '';
  const change = useAction(async (input: Input) => {
    // Back to what its account has; a format of the sender's own description stays as it is.
    const format = before !== '' && input.format === '' ? { format: null } : {};
    await call('PATCH', `/v1/webhooks/${webhook.id}`, { ...bodyOf(input), ...format });
    onDone();
  });
  return (
    <WebhookForm
      before={{
        url: webhook.url,
        eventTypes: webhook.eventTypes.join(', '),
        description: webhook.description,
        format: before,
      }}
      label="Save"
      isPending={change.isPending}
      error={change.error}
      onSubmit={(input) => change.mutate(input)}
    />
  );
}

/** What fits the URL: that of a chat says that it is one. */
function formatFor({ url, format }: Input): string {
  return choiceFor(url, { ...NO_FORMAT, kind: format }).kind;
}

function bodyOf({ url, eventTypes, description, format }: Input) {
  return {
    url: url.trim(),
    description,
    eventTypes: readList(eventTypes),
    ...(format === '' ? {} : { format: { kind: format } }),
  };
}

function WebhookForm(props: {
  before: Input;
  label: string;
  isPending: boolean;
  error: Error | null;
  onSubmit: (input: Input) => void;
}) {
  const [input, setInput] = useState(props.before);
  const text = (name: Exclude<keyof Input, 'format'>, type = 'text', example = '') =>
    function TextInput(id: string) {
      return (
        <input
          id={id}
          type={type}
          required={name === 'url'}
          maxLength={name === 'description' ? 500 : undefined}
          placeholder={example}
          value={input[name]}
          onChange={(event) => {
            const changed = { ...input, [name]: event.target.value };
            setInput({ ...changed, format: name === 'url' ? formatFor(changed) : input.format });
          }}
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
      <Field label="URL" hint="It is sent a POST with JSON, and answers with a 2xx.">
        {text('url', 'url', 'https://')}
      </Field>
      <Field label="Where to">
        {(id) => (
          <select
            id={id}
            value={input.format}
            onChange={(event) => setInput({ ...input, format: event.target.value })}
          >
            {Object.entries(FORMATS).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        )}
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
