import { refuseField } from './errors.js';
import { objectOf, oneOf, onlyFields } from './field-checks.js';
import { FORMAT_KINDS, type Format, type FormatKind } from './format.js';
import {
  createNameCheck,
  fitsHeader,
  HEADER_VALUE_FITS,
  isReservedHeader,
  MAX_HEADERS,
} from './header-rules.js';
import {
  CONTENT_PLACEHOLDERS,
  HEADER_PLACEHOLDERS,
  HMAC_ALGORITHMS,
  type HmacSignature,
  type RawFormat,
  type RawSignature,
  SECRET_KEYS,
  SIGNATURE_ENCODINGS,
  type TokenSignature,
} from './raw-format.js';
import { placeholdersOf } from './template.js';

/** A signature as its owner gives it: what has a default may be left out. */
export type RawSignatureInput =
  | (Pick<HmacSignature, 'header' | 'algorithm'> & Partial<HmacSignature>)
  | (Pick<TokenSignature, 'header' | 'algorithm'> & Partial<TokenSignature>);

/** A format as its owner gives it. */
export type FormatInput =
  | { readonly kind: Exclude<FormatKind, 'raw'> }
  | {
      readonly kind: 'raw';
      readonly headers?: Readonly<Record<string, string>> | undefined;
      readonly signatures?: readonly RawSignatureInput[] | undefined;
    };

const MOST_SIGNATURES = 4;

const ALGORITHMS = [...Object.keys(HMAC_ALGORITHMS), 'token'] as (
  | keyof typeof HMAC_ALGORITHMS
  | 'token'
)[];

/** A media type of JSON, which every body is. */
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json *(?:;.*)?$/i;

/** Checks a format and puts its defaults in place. Throws `InvalidInputError` that names the field. */
export function checkFormat(given: FormatInput): Format {
  const { kind, ...rest } = objectOf('format', given);
  if (kind !== 'raw') {
    const fits = oneOf('format.kind', kind, FORMAT_KINDS);
    onlyFields('format', rest, ['kind']);
    return { kind: fits } as Format;
  }
  const { headers = {}, signatures = [], ...unknown } = rest;
  onlyFields('format', unknown, ['kind', 'headers', 'signatures']);
  const checkName = createNameCheck(isReservedInFormat);
  const format: RawFormat = {
    kind,
    headers: checkHeaders(headers, checkName),
    signatures: listOf('format.signatures', signatures).map((signature, index) =>
      checkSignature(`format.signatures.${index}`, signature, checkName),
    ),
  };
  assertVerifiable(format);
  return format;
}

/** In place of Posthorn's own headers a raw format has its own; those of the connection stay reserved. */
function isReservedInFormat(name: string): boolean {
  const lowerCase = name.toLowerCase();
  const ofFormat =
    lowerCase.startsWith('webhook-') || /^(?:user-agent|content-type)$/.test(lowerCase);
  return isReservedHeader(name) && !ofFormat;
}

type NameCheck = ReturnType<typeof createNameCheck>;

function checkHeaders(given: unknown, checkName: NameCheck): Record<string, string> {
  const field = 'format.headers';
  const entries = Object.entries(objectOf(field, given));
  if (entries.length > MAX_HEADERS) refuseField(field, `at most ${MAX_HEADERS} fit`);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const fault = checkName(name);
      if (fault !== undefined) refuseField(field, fault);
      const text = template(`${field}.${name}`, value, HEADER_PLACEHOLDERS);
      if (name.toLowerCase() === 'content-type' && !JSON_TYPE.test(text)) {
        refuseField(`${field}.${name}`, 'not a media type of JSON, like application/json');
      }
      return [name, text];
    }),
  );
}

function checkSignature(field: string, given: unknown, checkName: NameCheck): RawSignature {
  const { header, algorithm, ...rest } = objectOf(field, given);
  if (typeof header !== 'string') refuseField(`${field}.header`, 'is needed: the name of a header');
  const fault = checkName(header);
  if (fault !== undefined) refuseField(`${field}.header`, fault);
  const kind = oneOf(`${field}.algorithm`, algorithm, ALGORITHMS);
  if (kind === 'token') {
    const { value = '{secret}', ...unknown } = rest;
    onlyFields(field, unknown, ['header', 'algorithm', 'value']);
    const placeholders = ['secret', ...HEADER_PLACEHOLDERS];
    return {
      header,
      algorithm: kind,
      value: template(`${field}.value`, value, placeholders, 'secret'),
    };
  }
  const {
    encoding = 'hex',
    key = 'text',
    content = '{body}',
    value = '{signature}',
    ...more
  } = rest;
  const { repeat, ...unknown } = more;
  onlyFields(field, unknown, [
    'header',
    'algorithm',
    'encoding',
    'key',
    'content',
    'value',
    'repeat',
  ]);
  const placeholders = ['signature', ...HEADER_PLACEHOLDERS];
  return {
    header,
    algorithm: kind,
    encoding: oneOf(`${field}.encoding`, encoding, SIGNATURE_ENCODINGS),
    key: oneOf(`${field}.key`, key, SECRET_KEYS),
    content: checkContent(`${field}.content`, content),
    value: template(`${field}.value`, value, placeholders, 'signature'),
    ...(repeat === undefined
      ? {}
      : { repeat: template(`${field}.repeat`, repeat, placeholders, 'signature') }),
  };
}

/** What is signed holds the body once: a body is as large as 256 KiB, and is signed at every attempt. */
function checkContent(field: string, given: unknown): string {
  const content = template(field, given, CONTENT_PLACEHOLDERS, 'body');
  const bodies = placeholdersOf(content).filter((name) => name === 'body');
  if (bodies.length > 1) refuseField(field, 'must hold {body} once');
  return content;
}

/** Whoever verifies needs all that was signed. The time of the attempt is nowhere but in a header. */
function assertVerifiable({ headers, signatures }: RawFormat): void {
  const sent = new Set(
    [...Object.values(headers), ...signatures.map(({ value }) => value)].flatMap(placeholdersOf),
  );
  for (const [index, signature] of signatures.entries()) {
    if (signature.algorithm === 'token') continue;
    const missing = placeholdersOf(signature.content).find(
      (name) => name.startsWith('timestamp') && !sent.has(name),
    );
    if (missing === undefined) continue;
    refuseField(
      `format.signatures.${index}.content`,
      `{${missing}} is signed, and no header has it: receivers could not verify`,
    );
  }
}

function template(
  field: string,
  given: unknown,
  known: readonly string[],
  needed?: string,
): string {
  if (!fitsHeader(given)) refuseField(field, HEADER_VALUE_FITS);
  const names = placeholdersOf(given);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const fits = known.map((name) => `{${name}}`).join(', ');
    refuseField(field, `{${unknown}} is not known here, only ${fits}`);
  }
  if (needed !== undefined && !names.includes(needed)) {
    refuseField(field, `must hold {${needed}}`);
  }
  return given;
}

function listOf(field: string, given: unknown): readonly unknown[] {
  if (!Array.isArray(given) || given.length > MOST_SIGNATURES) {
    refuseField(field, `not a list of at most ${MOST_SIGNATURES}`);
  }
  return given;
}
