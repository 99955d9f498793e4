import fc from 'fast-check';

/** What breaks software that reads text: empty, NUL, lone surrogates, names of JavaScript's own, lengths. */
const TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'a\udfffb',
  '\ufeff',
  '\u202e',
  '\r\nx: y',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'default',
  'null',
  'undefined',
  '1e400',
  '%00',
  '../../etc/passwd',
  "'; DROP SCHEMA posthorn CASCADE; --",
  'a.'.repeat(200),
  'x'.repeat(256),
  '\u{1f4ef}'.repeat(2_000),
  'x'.repeat(70_000),
] as const;

/** Text that is likely to break something. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
);

/** Numbers as JSON may write them, and JavaScript can't always hold them. */
const NUMBERS = [
  '0',
  '-0',
  '-1',
  '1.5',
  '1e400',
  '-1e400',
  '1e-400',
  '2147483648',
  '9007199254740993',
  '1'.repeat(400),
  '0.1e1',
] as const;

const KEYS = ['__proto__', 'constructor', 'prototype', 'toJSON', 'then', 'length', 'type', ''];

/** How deep the deepest values are nested. */
const DEPTH = 10_000;

const DEEP = [
  '['.repeat(DEPTH) + ']'.repeat(DEPTH),
  '{"a":'.repeat(DEPTH) + 1 + '}'.repeat(DEPTH),
  '[{"__proto__":'.repeat(DEPTH / 2) + 1 + '}]'.repeat(DEPTH / 2),
] as const;

const scalar = fc.oneof(
  hostileText.map((text) => JSON.stringify(text)),
  fc.constantFrom('"\\u0000"', '"\\ud800"', '"\\/\\u002f"'),
  fc.constantFrom(...NUMBERS),
  fc.constantFrom('true', 'false', 'null'),
);

/**
 * JSON as text, because no JavaScript value writes a key twice, `-0` or `1e400`: nested deep, with keys
 * that JavaScript knows itself at every level, and keys that come twice.
 */
export const hostileJson: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    { weight: 6, arbitrary: scalar },
    { weight: 1, arbitrary: fc.constantFrom(...DEEP) },
    {
      weight: 2,
      arbitrary: fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join()}]`),
    },
    {
      weight: 3,
      arbitrary: fc
        .array(fc.tuple(fc.oneof(fc.constantFrom(...KEYS), hostileText), tie('value')), {
          maxLength: 4,
        })
        .map(writeObject),
    },
  ),
})).value;

/** An object with these keys in this order, one that comes twice included. */
export function writeObject(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join()}}`;
}
