import type { SecretBox } from '../domain/secret-box.js';
import { signatureHeaders } from '../domain/signature.js';
import { parseSecret } from '../domain/signing-secret.js';
import type { SendRequest, WholeExchange } from './sender.js';

/** A webhook, as far as a message to it needs it. */
export interface Addressee {
  readonly id: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sealed, newest first. */
  readonly secrets: readonly { readonly sealed: string; readonly expiresAt: string | null }[];
}

/** A message of Posthorn's own to one webhook, in the form of a delivery, signed like one. */
export function ownMessage(options: {
  addressee: Addressee;
  type: string;
  data: Readonly<Record<string, unknown>>;
  /** What stands in `webhook-id`. */
  id: string;
  secretBox: SecretBox;
  now: Date;
}): Pick<SendRequest, 'url' | 'headers' | 'body' | 'signature'> {
  const { addressee, type, data, id, secretBox, now } = options;
  const { url, headers } = addressee;
  const body = JSON.stringify({ type, timestamp: now.toISOString(), data });
  const live = addressee.secrets.filter(
    ({ expiresAt }) => expiresAt === null || new Date(expiresAt) > now,
  );
  const signature = signatureHeaders({
    secrets: live.map(({ sealed }) => parseSecret(secretBox.open(sealed))),
    id,
    timestampSeconds: Math.floor(now.getTime() / 1_000),
    body,
  });
  return { url, headers, body, signature };
}

/** One request and its answer, as they are shown to a webhook's owner. */
export interface ShownExchange {
  /** True for a 2xx. */
  readonly ok: boolean;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly request: {
    readonly method: 'POST' | 'OPTIONS';
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
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

/** Shows an exchange. The values of the webhook's own headers may be secrets: they are left out. */
export function showExchange(
  request: SendRequest,
  { result, sentHeaders, answer }: WholeExchange,
): ShownExchange {
  const own = new Set(Object.keys(request.headers).map((name) => name.toLowerCase()));
  const headers = Object.entries(sentHeaders).map(([name, value]) => [
    name,
    own.has(name) ? '…' : value,
  ]);
  const { startedAt, durationMs, outcome } = result;
  return {
    ok: outcome.kind === 'ok',
    startedAt,
    durationMs,
    request: {
      method: request.method ?? 'POST',
      url: request.url,
      headers: Object.fromEntries(headers),
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
