import type { FormatInput } from '../../../src/index.js';
import type { WebhookJson } from '../api.js';
import { Field } from '../parts/form.js';
import { useMay } from '../session.js';

/** What is chosen of how a webhook's requests look. */
export interface FormatChoice {
  /** Empty for the default of the account. */
  readonly kind: string;
  /** The description of a raw format, as JSON. */
  readonly description: string;
}

/** Begins with what most systems do. */
const GITHUB = JSON.stringify(
  {
    headers: { 'X-Event': '{type}', 'X-Delivery': '{id}' },
    signatures: [
      { header: 'X-Hub-Signature-256', algorithm: 'hmac-sha256', value: 'sha256={signature}' },
    ],
  },
  null,
  2,
);

export const NO_FORMAT: FormatChoice = { kind: '', description: GITHUB };

/** The choice that a webhook's format is. */
export function choiceOf(format: WebhookJson['format']): FormatChoice {
  if (format === null) return NO_FORMAT;
  const { kind, ...described } = format;
  return kind === 'raw'
    ? { kind, description: JSON.stringify(described, null, 2) }
    : { ...NO_FORMAT, kind };
}

/** Chooses a webhook's format. */
export function FormatField({
  choice,
  onChange,
}: {
  choice: FormatChoice;
  onChange: (choice: FormatChoice) => void;
}) {
  const mayDescribe = useMay('webhooks:policy');
  return (
    <>
      <Field label="Format" hint="Slack and Discord get messages for people.">
        {(id) => (
          <select
            id={id}
            value={choice.kind}
            onChange={(event) => onChange({ ...choice, kind: event.target.value })}
          >
            <option value="">The account’s</option>
            {mayDescribe && <option value="standard">Standard Webhooks</option>}
            {mayDescribe && <option value="raw">The payload alone, signed as described</option>}
            <option value="slack">Slack</option>
            <option value="discord">Discord</option>
          </select>
        )}
      </Field>
      {choice.kind === 'raw' && (
        <Field label="Headers and signatures" hint="JSON; docs/formats.md has examples.">
          {(id) => (
            <textarea
              id={id}
              rows={15}
              spellCheck={false}
              value={choice.description}
              onChange={(event) => onChange({ ...choice, description: event.target.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}

/** What the API takes; undefined for the account's. Throws where the description is no JSON. */
export function formatOf({ kind, description }: FormatChoice): FormatInput | undefined {
  if (kind === '') return undefined;
  if (kind !== 'raw') return { kind } as FormatInput;
  try {
    return { kind, ...JSON.parse(description) };
  } catch (cause) {
    throw new Error(`Headers and signatures are not JSON: ${String(cause)}`, { cause });
  }
}

/** The choice for what is pasted as a URL: that of a chat, where it is one's, and else as it was. */
export function choiceFor(url: string, choice: FormatChoice): FormatChoice {
  const { hostname = '', pathname = '' } = URL.canParse(url) ? new URL(url) : {};
  if (hostname === 'hooks.slack.com') return { ...choice, kind: 'slack' };
  const isDiscord = /^(?:\w+\.)?discord(?:app)?\.com$/.test(hostname);
  return isDiscord && pathname.startsWith('/api/webhooks/')
    ? { ...choice, kind: 'discord' }
    : choice;
}
