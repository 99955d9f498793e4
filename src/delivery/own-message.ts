import type { Format } from '../domain/format.js';
import { compileFormat } from '../domain/message-format.js';
import type { SecretBox } from '../domain/secret-box.js';
import { createMessageWriter, type MessageTarget } from './message-writer.js';
import type { SendRequest, WholeExchange } from './sender.js';
import { hideValues, type ShownRequest } from './shown-request.js';

/** A webhook, as far as a message to it needs it. */
export interface Addressee extends Omit<MessageTarget, 'format'> {
  readonly headers: Readonly<Record<string, string>>;
  readonly format: Format;
}

/** A message of Posthorn's own to one webhook: as a delivery of an event with that type and payload is. */
export function ownMessage(options: {
  addressee: Addressee;
  type: string;
  data: Readonly<Record<string, unknown>>;
  /** What stands in `webhook-id`. */
  id: string;
  secretBox: SecretBox;
  now: Date;
}): Pick<SendRequest, 'url' | 'headers' | 'messageHeaders' | 'body'> {
  const { addressee, type, data, id, secretBox, now } = options;
  const { url, headers } = addressee;
  const event = { id, type, createdAt: now, payloadJson: JSON.stringify(data) };
  const target = { ...addressee, format: compileFormat(addressee.format) };
  const message = createMessageWriter(secretBox)(event, target, now);
  return { url, headers, messageHeaders: message.headers, body: message.body };
}

/** One request and its answer, as they are shown to a webhook's owner. */
export interface ShownExchange {
  /** True for a 2xx. */
  readonly ok: boolean;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly request: ShownRequest;
  /** Null where no answer came. */
  readonly response: {
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string>>;
    /** Its beginning. */
    readonly body: string;
  } | null;
  /** Null for a 2xx. */
  readonly error: { readonly class: string; readonly message: string } | null;
}

/**
 * Shows an exchange. The values of the webhook's own headers, and of some that its format has, may be secrets:
 * they are left out.
 */
export function showExchange(
  request: SendRequest,
  format: Format,
  { result, sentHeaders, answer }: WholeExchange,
): ShownExchange {
  const { hiddenHeaders } = compileFormat(format);
  const { startedAt, durationMs, outcome } = result;
  return {
    ok: outcome.kind === 'ok',
    startedAt,
    durationMs,
    request: {
      method: request.method ?? 'POST',
      url: request.url,
      headers: hideValues(sentHeaders, [...Object.keys(request.headers), ...hiddenHeaders]),
      body: request.method === 'OPTIONS' ? '' : request.body,
    },
    response: answer && {
      statusCode: answer.statusCode,
      headers: Object.fromEntries(
        Object.entries(answer.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
      ),
      body: answer.excerpt,
    },
    error: outcome.kind === 'ok' ? null : { class: outcome.errorClass, message: outcome.message },
  };
}
