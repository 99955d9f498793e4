import { randomBytes } from 'node:crypto';
import type { Settings } from '../config.js';
import { type Addressee, ownMessage } from '../delivery/own-message.js';
import type { Sender, SendRequest } from '../delivery/sender.js';
import type { Clock } from '../domain/clock.js';
import { VerificationError } from '../domain/errors.js';
import { newId } from '../domain/id.js';
import type { SecretBox } from '../domain/secret-box.js';
import { judgeVerification, type VerificationMethod } from '../domain/verification.js';

/** What a verification came to. */
export interface Verified {
  readonly at: Date;
  /** Deliveries per second that the endpoint allows; null where it named none. */
  readonly perSecond: number | null;
}

/** Asks endpoints whether they want what they get. */
export interface Verifier {
  /** Throws `VerificationError` with what was wanted and what came back. */
  verify(
    method: Exclude<VerificationMethod, 'none'>,
    addressee: Addressee,
    rateLimit: number | null,
  ): Promise<Verified>;
}

export function createVerifier(options: {
  sender: () => Promise<Sender>;
  secretBox: SecretBox;
  settings: Pick<Settings, 'origin' | 'timeout'>;
  clock: Clock;
}): Verifier {
  const { secretBox, settings, clock } = options;
  const { origin, timeout: timeoutMs } = settings;

  return {
    async verify(method, addressee, rateLimit) {
      const sender = await options.sender();
      const challenge = randomBytes(24).toString('base64url');
      const now = clock();
      const request: SendRequest =
        method === 'handshake'
          ? {
              url: addressee.url,
              headers: addressee.headers,
              method: 'OPTIONS',
              body: '',
              messageHeaders: {
                'webhook-request-origin': origin,
                // Per minute; the least that can be asked for is one.
                ...(rateLimit === null
                  ? {}
                  : { 'webhook-request-rate': `${Math.max(1, Math.floor(rateLimit * 60))}` }),
              },
              timeoutMs,
            }
          : {
              ...ownMessage({
                addressee,
                type: `webhook.${method}`,
                data: {
                  webhookId: addressee.id,
                  ...(method === 'challenge' ? { challenge } : {}),
                },
                id: newId('evt_', now),
                secretBox,
                now,
              }),
              timeoutMs,
            };
      const { result, answer } = await sender.exchange(request);
      if (answer === null) {
        const { outcome } = result;
        const answered = outcome.kind === 'ok' ? 'no answer came' : outcome.message;
        throw failure(method, 'an answer', answered);
      }
      const judged = judgeVerification(
        { method, origin, challenge },
        { statusCode: answer.statusCode, headers: answer.headers, body: answer.excerpt },
      );
      if (!judged.passed) throw failure(method, judged.wanted, judged.answered);
      return { at: clock(), perSecond: judged.perSecond };
    },
  };
}

function failure(method: string, wanted: string, answered: string): VerificationError {
  return new VerificationError(
    `the endpoint did not pass its verification by ${method}: ${answered}, and ${wanted} was wanted`,
    { details: { method, wanted, answered } },
  );
}
