import type { Message, MessageFormat, MessageInput } from '../domain/message.js';
import type { SecretBox } from '../domain/secret-box.js';
import { isLive, readSecret, type SigningSecret } from '../domain/signing-secret.js';

/** Whom a message goes to. */
export interface MessageTarget {
  readonly id: string;
  readonly url: string;
  readonly format: MessageFormat;
  /** Sealed, newest first. */
  readonly secrets: readonly { readonly sealed: string; readonly expiresAt: string | null }[];
}

/** Writes the message that brings an event to a webhook, in the webhook's format. */
export type MessageWriter = (
  event: MessageInput['event'],
  target: MessageTarget,
  now: Date,
) => Message;

/** Opened secrets kept in memory; past this it starts over, so that the memory stays bounded. */
const MOST_OPENED = 10_000;

/** Makes a writer, which keeps the secrets that it opened. */
export function createMessageWriter(secretBox: SecretBox): MessageWriter {
  const opened = new Map<string, SigningSecret>();

  function open(sealed: string): SigningSecret {
    const known = opened.get(sealed);
    if (known !== undefined) return known;
    if (opened.size >= MOST_OPENED) opened.clear();
    const secret = readSecret(secretBox.open(sealed));
    opened.set(sealed, secret);
    return secret;
  }

  return (event, { id: webhookId, url, format, secrets }, now) => {
    const live = secrets.filter((secret) => isLive(secret, now));
    const signing = live.map(({ sealed }) => open(sealed));
    return format.write({ event, webhookId, url, secrets: signing, now });
  };
}
