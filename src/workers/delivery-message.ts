import type { SecretBox } from '../domain/secret-box.js';
import { type SignatureHeaders, signatureHeaders } from '../domain/signature.js';
import { parseSecret, type SigningSecret } from '../domain/signing-secret.js';
import type { DeliveryTask, SealedSecret } from '../store/delivery-tasks.js';

/** What is sent: the body and the headers that sign it. */
export interface DeliveryMessage {
  readonly body: string;
  readonly signature: SignatureHeaders;
}

/** The delivered body. The payload goes in as it stands in the ledger, byte for byte. */
export function deliveryBody(event: DeliveryTask['event']): string {
  const type = JSON.stringify(event.type);
  const timestamp = JSON.stringify(event.createdAt.toISOString());
  return `{"type":${type},"timestamp":${timestamp},"data":${event.payloadJson}}`;
}

/** Makes messages; keeps the secrets that it opened. */
export function createMessageSigner(secretBox: SecretBox) {
  const opened = new Map<string, SigningSecret>();

  function open({ sealed }: SealedSecret): SigningSecret {
    const known = opened.get(sealed);
    if (known !== undefined) return known;
    if (opened.size >= MOST_OPENED) opened.clear();
    const secret = parseSecret(secretBox.open(sealed));
    opened.set(sealed, secret);
    return secret;
  }

  /** Signs with every secret that has not expired, by Standard Webhooks. */
  return function sign(
    event: DeliveryTask['event'],
    secrets: readonly SealedSecret[],
    now: Date,
  ): DeliveryMessage {
    const live = secrets.filter(({ expiresAt }) => expiresAt === null || new Date(expiresAt) > now);
    const body = deliveryBody(event);
    const timestampSeconds = Math.floor(now.getTime() / 1_000);
    const signature = signatureHeaders({
      secrets: live.map(open),
      id: event.id,
      timestampSeconds,
      body,
    });
    return { body, signature };
  };
}

/** Opened secrets kept in memory; past this it starts over, so that the memory stays bounded. */
const MOST_OPENED = 10_000;
