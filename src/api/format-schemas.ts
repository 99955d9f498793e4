import { z } from 'zod';
import { FORMAT_KINDS } from '../domain/format.js';
import { HMAC_ALGORITHMS, SECRET_KEYS, SIGNATURE_ENCODINGS } from '../domain/raw-format.js';
import { time } from './answer-fields.js';
import { headers } from './request-fields.js';
import { fields } from './validation.js';

const HMACS = Object.keys(HMAC_ALGORITHMS) as (keyof typeof HMAC_ALGORITHMS)[];

const signature = z.discriminatedUnion(
  'algorithm',
  [
    fields({
      header: z.string(),
      algorithm: z.enum(HMACS),
      encoding: z.enum(SIGNATURE_ENCODINGS).exactOptional().describe('`hex` where left out'),
      key: z
        .enum(SECRET_KEYS)
        .exactOptional()
        .describe('The secret as `text`, where left out, or the bytes of its `base64`'),
      content: z.string().exactOptional().describe('What is signed; `{body}` where left out'),
      value: z.string().exactOptional().describe('`{signature}` where left out'),
      repeat: z.string().exactOptional().describe('What follows for each further live secret'),
    }),
    fields({
      header: z.string(),
      algorithm: z.literal('token').describe('The secret itself'),
      value: z.string().exactOptional().describe('`{secret}` where left out'),
    }),
  ],
  { error: oneOf([...HMACS, 'token']) },
);

/** How requests look, as it is given. */
export const format = z.discriminatedUnion(
  'kind',
  [
    fields({ kind: z.enum(['standard', 'slack', 'discord']) }),
    fields({
      kind: z.literal('raw'),
      headers: headers.optional().describe('Values may hold placeholders, like `{id}`; at most 20'),
      signatures: z.array(signature).optional().describe('At most 4'),
    }),
  ],
  { error: oneOf(FORMAT_KINDS) },
);

/** What a discriminator that names nothing is told. */
function oneOf(values: readonly string[]) {
  return ({ code }: { readonly code?: string }) =>
    code === 'invalid_union' ? `must be one of ${values.join(', ')}` : undefined;
}

const signatureAnswer = z.discriminatedUnion('algorithm', [
  z.object({
    header: z.string(),
    algorithm: z.enum(HMACS),
    encoding: z.enum(SIGNATURE_ENCODINGS),
    key: z.enum(SECRET_KEYS),
    content: z.string(),
    value: z.string(),
    repeat: z.string().optional(),
  }),
  z.object({ header: z.string(), algorithm: z.literal('token'), value: z.string() }),
]);

/** The same as it is answered, with its defaults in place. */
export const formatAnswer = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.enum(['standard', 'slack', 'discord']) }),
    z.object({
      kind: z.literal('raw'),
      headers: z.record(z.string(), z.string()),
      signatures: z.array(signatureAnswer).readonly(),
    }),
  ])
  .meta({ id: 'Format' });

/** The default of an account. */
export const accountFormatAnswer = z
  .object({
    accountId: z.string(),
    format: formatAnswer.nullable().describe('Null where it has none; then it is `standard`'),
    updatedAt: time.nullable(),
  })
  .meta({ id: 'AccountFormat' });
