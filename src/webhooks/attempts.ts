import { createMessageWriter, type MessageTarget } from '../delivery/message-writer.js';
import { requestHeaders } from '../delivery/request-headers.js';
import { hideValues, type ShownRequest } from '../delivery/shown-request.js';
import type { AccountScope } from '../domain/access.js';
import { missing, SecretKeyError } from '../domain/errors.js';
import { isId } from '../domain/id.js';
import type { Message } from '../domain/message.js';
import { compileFormat } from '../domain/message-format.js';
import type { SecretBox } from '../domain/secret-box.js';
import { type AttemptOrigin, findAttempt } from '../store/attempts.js';
import type { Attempt } from '../store/deliveries.js';
import type { Ledger } from '../store/ledger.js';

/** An attempt with what it sent. */
export interface AttemptWithRequest extends Attempt {
  /** Written again by what the ledger holds; null where that is not enough. */
  readonly request: ShownRequest | null;
  /** Whether that is what was sent. */
  readonly exact: boolean;
  /** Why it is not, or may not be; null where it is. */
  readonly doubt: string | null;
}

/** Looks attempts up. */
export interface Attempts {
  /**
   * One attempt with what it sent, or was to send where no connection was made. Requests are not kept: it is
   * written again from the event, which never changes, and the webhook, which may have. The version in
   * `user-agent` and headers of a trace are not known any more. Throws `NotFoundError`.
   */
  get(id: string, scope?: AccountScope): Promise<AttemptWithRequest>;
}

/**
 * An attempt that began this soon after a change of its webhook may have been made without it: it was read
 * before, or the clocks of two machines differ.
 */
const UNSETTLED_MS = 10_000;

/** Workers of another version may have sent it. */
const USER_AGENT = 'Posthorn/…';

export function createAttempts(options: { ledger: Ledger; secretBox: SecretBox }): Attempts {
  const { ledger, secretBox } = options;
  const writeMessage = createMessageWriter(secretBox);

  function write(
    event: NonNullable<AttemptOrigin['event']>,
    target: MessageTarget,
    startedAt: Date,
  ): { readonly message: Message; readonly doubt: string | null } {
    try {
      return { message: writeMessage(event, target, startedAt), doubt: null };
    } catch (error) {
      if (!(error instanceof SecretKeyError)) throw error;
      // The key that sealed one which has expired may be gone; the newest must open.
      const message = writeMessage(
        event,
        { ...target, secrets: target.secrets.slice(0, 1) },
        startedAt,
      );
      const doubt = 'a secret that signed it can be opened no more: signatures are left out';
      return { message, doubt };
    }
  }

  function requestOf({
    attempt: { startedAt },
    event,
    addressee,
  }: AttemptOrigin): Pick<AttemptWithRequest, 'request' | 'doubt'> {
    if (addressee === undefined) {
      const doubt = 'its webhook was deleted, and with it where the request went and how it looked';
      return { request: null, doubt };
    }
    if (event === null) {
      return { request: null, doubt: 'the ledger no longer holds its event' };
    }
    const { url, headers: own } = addressee;
    const format = compileFormat(addressee.format);
    const written = write(event, { ...addressee, format }, startedAt);
    const { body, headers } = written.message;
    const doubt = doubtOf(startedAt, event, addressee) ?? written.doubt;
    const all = requestHeaders({ own, userAgent: USER_AGENT, message: headers });
    const hidden = [
      ...Object.keys(own),
      ...format.hiddenHeaders,
      ...(doubt === null ? [] : format.signatureHeaders),
    ];
    return { request: { method: 'POST', url, headers: hideValues(all, hidden), body }, doubt };
  }

  return {
    async get(id, { accountId } = {}) {
      const found = isId('att_', id) ? await findAttempt(ledger, id, accountId) : undefined;
      const origin = found ?? missing('attempt', id);
      const { request, doubt } = requestOf(origin);
      return { ...origin.attempt, request, exact: doubt === null, doubt };
    },
  };
}

/**
 * Why what is written now may differ from what was sent. While a webhook has not changed since, its secrets
 * are those of then, expired ones included, so that signatures come out the same.
 */
function doubtOf(
  startedAt: Date,
  { payloadJson }: NonNullable<AttemptOrigin['event']>,
  { createdAt, updatedAt }: NonNullable<AttemptOrigin['addressee']>,
): string | null {
  if (payloadJson === 'null') {
    return 'its payload is null, which is also what is left of one that was erased: signatures are left out';
  }
  const isSettled = startedAt.getTime() >= updatedAt.getTime() + UNSETTLED_MS;
  if (isSettled || updatedAt.getTime() === createdAt.getTime()) return null;
  return `its webhook was last changed at ${updatedAt.toISOString()}: the request may have gone to another URL, and looked otherwise; signatures are left out`;
}
