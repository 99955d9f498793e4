import type { FormatKind } from './format.js';
import type { SigningSecret } from './signing-secret.js';

/** What a message is made of. */
export interface MessageInput {
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly createdAt: Date;
    readonly payloadJson: string;
  };
  readonly webhookId: string;
  readonly url: string;
  /** The live ones, newest first. */
  readonly secrets: readonly SigningSecret[];
  /** The time of the attempt. */
  readonly now: Date;
}

/** A body of JSON, and the headers that belong to it, in lower case. */
export interface Message {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A format, ready to write messages. */
export interface MessageFormat {
  readonly kind: FormatKind;
  /** Headers whose values are secret, or may be: they are not shown to people. */
  readonly hiddenHeaders: readonly string[];
  /** Headers that carry a signature, or the secret itself, in lower case. */
  readonly signatureHeaders: readonly string[];
  /** Throws `InvalidInputError` where it is to sign and there is no secret that can. */
  write(input: MessageInput): Message;
}
