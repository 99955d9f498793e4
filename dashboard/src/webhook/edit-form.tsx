import { type FormEvent, useState } from 'react';
import { call, type WebhookJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { readList } from '../parts/field-text.js';
import { Field } from '../parts/form.js';
import { choiceOf, FormatField, formatOf, OtherFault } from '../webhooks/format-field.js';
import { readLines, writeLines } from './named-lines.js';

/** What can be edited, as text. */
function textsOf(webhook: WebhookJson) {
  return {
    url: webhook.url,
    description: webhook.description,
    eventTypes: webhook.eventTypes.join(', '),
    tier: webhook.tier as string,
    headers: writeLines(webhook.headers),
    maxInFlight: String(webhook.maxInFlight ?? ''),
    rateLimit: String(webhook.rateLimit ?? ''),
    overrides: writeLines(webhook.overrides),
  };
}

type Texts = ReturnType<typeof textsOf>;

/** How the text of each field is sent. */
const READERS: { readonly [Name in keyof Texts]: (text: string) => unknown } = {
  url: (text) => text,
  description: (text) => text,
  eventTypes: readList,
  tier: (text) => text,
  headers: (text) => readLines(text, String),
  maxInFlight: (text) => (text === '' ? null : Number(text)),
  rateLimit: (text) => (text === '' ? null : Number(text)),
  overrides: (text) => readLines(text, (value) => parsed(value)),
};

/** A number or a truth where it is one, and text otherwise. */
function parsed(value: string): unknown {
  return /^(true|false|-?\d+(\.\d+)?)$/.test(value) ? JSON.parse(value) : value;
}

/** Edits what an owner configures; only what was changed is sent. */
export function EditForm({ webhook, onDone }: { webhook: WebhookJson; onDone: () => void }) {
  const [before] = useState(() => textsOf(webhook));
  const [texts, setTexts] = useState(before);
  const names = Object.keys(READERS) as (keyof Texts)[];
  const changed = names.filter((name) => texts[name] !== before[name]);
  const [formatBefore] = useState(() => choiceOf(webhook.format));
  const [format, setFormat] = useState(formatBefore);
  const formatChanged =
    format.kind !== formatBefore.kind ||
    (format.kind === 'raw' && format.description !== formatBefore.description);
  const save = useAction(async () => {
    const changes = changed.map((name) => [name, READERS[name](texts[name])]);
    await call('PATCH', `/v1/webhooks/${webhook.id}`, {
      ...Object.fromEntries(changes),
      ...(formatChanged ? { format: formatOf(format) ?? null } : {}),
    });
    onDone();
  });
  const bind = (name: keyof Texts) => ({
    value: texts[name],
    onChange: (event: { target: { value: string } }) =>
      setTexts({ ...texts, [name]: event.target.value }),
  });
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        save.mutate(undefined);
      }}
    >
      <Field label="URL" hint="A new one is verified first, and is a fresh start.">
        {(id) => <input id={id} type="url" required {...bind('url')} />}
      </Field>
      <Field label="Description">
        {(id) => <input id={id} maxLength={500} {...bind('description')} />}
      </Field>
      <Field
        label="Event types"
        hint="With commas between, like expense.*; every type where empty."
      >
        {(id) => <input id={id} {...bind('eventTypes')} />}
      </Field>
      <Field label="Tier">
        {(id) => (
          <select id={id} {...bind('tier')}>
            <option>critical</option>
            <option>standard</option>
            <option>low</option>
          </select>
        )}
      </Field>
      <FormatField choice={format} error={save.error} onChange={setFormat} />
      <div className="columns">
        <Field label="Most in flight" hint="The setting where empty.">
          {(id) => <input id={id} type="number" min={1} max={10_000} {...bind('maxInFlight')} />}
        </Field>
        <Field label="Rate limit, per second" hint="None where empty.">
          {(id) => (
            <input
              id={id}
              type="number"
              min={0.01}
              max={10_000}
              step="any"
              {...bind('rateLimit')}
            />
          )}
        </Field>
      </div>
      <Field label="Headers" hint="One a line, like x-team: books.">
        {(id) => <textarea id={id} rows={3} {...bind('headers')} />}
      </Field>
      <Field
        label="Policy of its own"
        hint="In place of its tier’s, one a line, like zombieAfter: 30d or retryAttempts: 8."
      >
        {(id) => <textarea id={id} rows={3} {...bind('overrides')} />}
      </Field>
      <OtherFault error={save.error} />
      <div className="actions">
        <button
          type="submit"
          className="primary"
          disabled={save.isPending || (changed.length === 0 && !formatChanged)}
        >
          Save
        </button>
      </div>
    </form>
  );
}
