import { createHmac } from 'node:crypto';
import { InvalidInputError } from './errors.js';
import type { MessageFormat, MessageInput } from './message.js';
import { HMAC_ALGORITHMS, type HmacSignature, type RawFormat } from './raw-format.js';
import type { SharedSecret } from './signing-secret.js';
import { compileTemplate, placeholdersOf } from './template.js';

type Values = Readonly<Record<string, string>>;

/** Fills one header. */
type HeaderWriter = (values: Values, body: string, secrets: readonly SharedSecret[]) => string;

/** Headers that are never a secret, though their value never changes. */
const SHOWN: ReadonlySet<string> = new Set(['content-type', 'user-agent']);

/** Prepares a raw format: the body is the payload as it stands in the ledger, byte for byte. */
export function compileRawFormat({ headers, signatures }: RawFormat): MessageFormat {
  const writers: (readonly [name: string, write: HeaderWriter])[] = [
    ...Object.entries(headers).map(([name, value]) => [name, compileTemplate(value)] as const),
    ...signatures.map((signature) => {
      const write =
        signature.algorithm === 'token' ? compileToken(signature) : compileHmac(signature);
      return [signature.header, write] as const;
    }),
  ].map(([name, write]) => [name.toLowerCase(), write]);

  const hidden = [
    ...Object.entries(headers).filter(
      ([name, value]) => placeholdersOf(value).length === 0 && !SHOWN.has(name.toLowerCase()),
    ),
    ...signatures.flatMap(({ algorithm, header }) =>
      algorithm === 'token' ? [[header] as const] : [],
    ),
  ].map(([name]) => name.toLowerCase());

  return {
    kind: 'raw',
    hiddenHeaders: hidden,
    signatureHeaders: signatures.map(({ header }) => header.toLowerCase()),
    write(input) {
      const { payloadJson: body, id } = input.event;
      // What signs with a private key has no text that a receiver knows.
      const secrets = input.secrets.filter((secret) => secret.scheme === 'v1');
      if (secrets.length === 0 && signatures.length > 0) {
        throw new InvalidInputError(
          `event ${id} can't be signed: the webhook has no live secret that its receiver shares`,
        );
      }
      const values = valuesOf(input);
      return {
        body,
        headers: Object.fromEntries(
          writers.map(([name, write]) => [name, write(values, body, secrets)]),
        ),
      };
    },
  };
}

function valuesOf({ event, webhookId, url, now }: MessageInput): Values {
  return {
    id: event.id,
    type: event.type,
    timestamp: String(Math.floor(now.getTime() / 1_000)),
    timestampMs: String(now.getTime()),
    timestampIso: now.toISOString(),
    eventTime: event.createdAt.toISOString(),
    webhookId,
    url,
  };
}

function compileHmac({
  algorithm,
  encoding,
  key,
  content,
  value,
  repeat,
}: HmacSignature): HeaderWriter {
  const hash = HMAC_ALGORITHMS[algorithm];
  const toContent = compileTemplate(content);
  const toValue = compileTemplate(value);
  const toRepeat = repeat === undefined ? undefined : compileTemplate(repeat);

  return (values, body, secrets) => {
    const signed = toContent({ ...values, body });
    const filled = (write: (values: Values) => string, { text, bytes }: SharedSecret) => {
      const hmac = createHmac(hash, key === 'text' ? text : bytes);
      return write({ ...values, signature: hmac.update(signed).digest(encoding) });
    };
    if (toRepeat === undefined)
      return secrets
        .slice(-1)
        .map((last) => filled(toValue, last))
        .join('');
    return secrets
      .map((secret, index) => filled(index === 0 ? toValue : toRepeat, secret))
      .join('');
  };
}

function compileToken({ value }: { readonly value: string }): HeaderWriter {
  const toValue = compileTemplate(value);
  return (values, _body, secrets) => {
    const text = toValue({ ...values, secret: secrets.at(-1)?.text ?? '' });
    // Node writes each character of a header as one byte: what is beyond ASCII goes as its UTF-8.
    return Buffer.from(text).toString('latin1');
  };
}
