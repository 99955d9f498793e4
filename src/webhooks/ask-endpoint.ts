import type { Addressee } from '../delivery/own-message.js';
import { refuseField } from '../domain/errors.js';
import { isForPeople } from '../domain/format.js';
import type { VerificationMethod } from '../domain/verification.js';
import type { Verifier } from './verification.js';

/**
 * Verifies an endpoint, where its method asks for it. Throws `VerificationError`, and `InvalidInputError` where
 * nobody could answer.
 *
 * @param rateLimit what its owner set, in deliveries per second; null for no limit
 * @returns the columns that follow from it
 */
export async function askEndpoint(
  verifier: Verifier,
  method: VerificationMethod,
  addressee: Addressee,
  rateLimit: number | null,
): Promise<{ verifiedAt: Date | null; rateLimit?: number }> {
  if (method === 'none') return { verifiedAt: null };
  const { format } = addressee;
  if (method === 'challenge' && isForPeople(format)) {
    refuseField(
      'verification',
      `nobody answers a challenge in the format ${format.kind}: use ping, which shows as a message, or none`,
    );
  }
  const { at, perSecond } = await verifier.verify(method, addressee, rateLimit);
  // The lower of both: what the endpoint allows, and what its owner set.
  const allowed = perSecond === null || (rateLimit !== null && rateLimit <= perSecond);
  return allowed ? { verifiedAt: at } : { verifiedAt: at, rateLimit: perSecond };
}
