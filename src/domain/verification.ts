/**
 * How a webhook shows that it wants what it gets:
 *
 * - `ping`: a signed `webhook.ping` is answered with a 2xx
 * - `handshake`: an OPTIONS request is answered with consent, after the abuse protection of CloudEvents' HTTP
 *   1.1 Web Hooks, section 4
 * - `challenge`: a signed `webhook.challenge` is answered with the random value that it brought
 * - `none`: not at all
 */
export const VERIFICATION_METHODS = ['none', 'ping', 'handshake', 'challenge'] as const;

export type VerificationMethod = (typeof VERIFICATION_METHODS)[number];

/** What came back, as far as a verification looks at it. */
export interface VerificationAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** What was asked. */
export interface VerificationQuestion {
  readonly method: Exclude<VerificationMethod, 'none'>;
  /** What a handshake asks consent for. */
  readonly origin: string;
  /** What a challenge asks to be answered with. */
  readonly challenge: string;
}

/** Passed, with the rate that the endpoint allows, or what was wanted and what came back, in words. */
export type VerificationResult =
  | { readonly passed: true; readonly perSecond: number | null }
  | { readonly passed: false; readonly wanted: string; readonly answered: string };

/** Judges an answer. */
export function judgeVerification(
  { method, origin, challenge }: VerificationQuestion,
  { statusCode, headers, body }: VerificationAnswer,
): VerificationResult {
  const isSuccess = statusCode >= 200 && statusCode < 300;
  const answered = `it answered ${statusCode}`;
  switch (method) {
    case 'ping':
      return isSuccess
        ? { passed: true, perSecond: null }
        : { passed: false, wanted: 'a 2xx', answered };
    case 'challenge': {
      const wanted = 'a 2xx with the value of data.challenge as its body, or {"challenge": value}';
      if (!isSuccess) return { passed: false, wanted, answered };
      if (echoOf(body) === challenge) return { passed: true, perSecond: null };
      return { passed: false, wanted, answered: `${answered} without that value` };
    }
    case 'handshake': {
      const wanted = `a 2xx with WebHook-Allowed-Origin: ${origin}, or *`;
      if (!isSuccess) return { passed: false, wanted, answered };
      const allowed = single(headers['webhook-allowed-origin']);
      if (allowed === undefined) {
        return { passed: false, wanted, answered: `${answered} without WebHook-Allowed-Origin` };
      }
      if (allowed !== '*' && allowed.toLowerCase() !== origin.toLowerCase()) {
        const other = `${answered} with WebHook-Allowed-Origin: ${shown(allowed)}`;
        return { passed: false, wanted, answered: other };
      }
      const rate = single(headers['webhook-allowed-rate']);
      if (rate === undefined || rate === '*') return { passed: true, perSecond: null };
      const perMinute = /^\d{1,9}$/.test(rate) ? Number(rate) : 0;
      if (perMinute > 0) return { passed: true, perSecond: perMinute / 60 };
      const rateWanted = `${wanted}, and a WebHook-Allowed-Rate of requests per minute, or *`;
      const rateAnswered = `${answered} with WebHook-Allowed-Rate: ${shown(rate)}`;
      return { passed: false, wanted: rateWanted, answered: rateAnswered };
    }
    default:
      return method satisfies never;
  }
}

/** The value that a challenge was answered with: the body itself, or its field `challenge`. */
function echoOf(body: string): string {
  const text = body.trim();
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'string') return json;
    const { challenge } = json as { challenge?: unknown };
    return typeof challenge === 'string' ? challenge : text;
  } catch {
    return text;
  }
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return (typeof value === 'string' ? value : value?.[0])?.trim();
}

/** What came from elsewhere, in one short line. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
