import type { FormatInput } from '../../../src/index.js';
import { Problem, type WebhookJson } from '../api.js';
import { Field } from '../parts/form.js';
import { Fault } from '../parts/states.js';
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

/**
 * Chooses a format.
 *
 * @param props.error what came of it; shown here where it is about the format
 * @param props.ofAccount true for the default of an account, which can't be that of the account
 */
export function FormatField(props: {
  choice: FormatChoice;
  error: Error | null;
  ofAccount?: boolean;
  onChange: (choice: FormatChoice) => void;
}) {
  const { choice, error, ofAccount = false, onChange } = props;
  const mayDescribe = useMay('webhooks:policy');
  const fault = error === null ? undefined : formatFault(error);
  const isRaw = choice.kind === 'raw';
  return (
    <>
      <Field
        label="Format"
        hint="Slack and Discord get messages for people."
        fault={isRaw ? undefined : fault}
      >
        {(id, described) => (
          <select
            id={id}
            {...described}
            value={choice.kind}
            onChange={(event) => onChange({ ...choice, kind: event.target.value })}
          >
            {!ofAccount && <option value="">The account’s</option>}
            {mayDescribe && <option value="standard">Standard Webhooks</option>}
            {mayDescribe && <option value="raw">The payload alone, signed as described</option>}
            <option value="slack">Slack</option>
            <option value="discord">Discord</option>
          </select>
        )}
      </Field>
      {isRaw && (
        <Field
          label="Headers and signatures"
          hint="JSON; docs/formats.md has examples."
          fault={fault}
        >
          {(id, described) => (
            <textarea
              id={id}
              {...described}
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

/** What went wrong, where `FormatField` does not show it. */
export function OtherFault({ error }: { error: Error | null }) {
  if (error === null || formatFault(error) !== undefined) return null;
  return <Fault error={error} />;
}

/** What the API takes; undefined for the account's. Throws where the description is no JSON. */
export function formatOf({ kind, description }: FormatChoice): FormatInput | undefined {
  if (kind === '') return undefined;
  if (kind !== 'raw') return { kind } as FormatInput;
  try {
    return { kind, ...JSON.parse(description) };
  } catch (cause) {
    throw new NotJsonError(`Headers and signatures are not JSON: ${String(cause)}`, { cause });
  }
}

/** The description of a raw format can't be read. */
class NotJsonError extends Error {
  override readonly name = 'NotJsonError';
}

/** What is wrong with a format, and where in it; undefined where the error is about something else. */
function formatFault(error: Error): string | undefined {
  if (error instanceof NotJsonError) return error.message;
  if (!(error instanceof Problem)) return undefined;
  for (const { field, detail } of error.errors) {
    if (field === 'format') return detail;
    if (field.startsWith('format.')) return `${field.slice('format.'.length)}: ${detail}`;
  }
  return undefined;
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
