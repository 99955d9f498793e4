import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidEventTypeError } from '../../src/domain/errors.js';
import {
  assertEventType,
  assertEventTypePattern,
  compileEventTypes,
  wantsEventType,
} from '../../src/domain/event-type.js';

describe('an event type', () => {
  test.each(['expense', 'expense.created', 'a.b.c.d', 'order_2.line-item.paid', 'A.1'])(
    '%s fits',
    (type) => {
      expect(() => assertEventType(type)).not.toThrow();
    },
  );

  test.each([
    '',
    '.',
    'expense.',
    '.created',
    'a..b',
    'expense created',
    'expense.*',
    '*',
    'é',
    'a\nb',
    'x'.repeat(129),
  ])('%j does not fit', (type) => {
    expect(() => assertEventType(type)).toThrow(InvalidEventTypeError);
  });

  test.each([undefined, null, 7, {}])('%j from JavaScript does not fit', (type) => {
    expect(() => assertEventType(type as unknown as string)).toThrow(InvalidEventTypeError);
  });
});

test.each(['*', 'expense.*', '*.created', 'a.*.c', 'expense.created'])(
  'the pattern %s fits',
  (pattern) => {
    expect(() => assertEventTypePattern(pattern)).not.toThrow();
  },
);

test.each(['', '**', 'expense.*x', 'expense.cre*', '*.', 'a|b', '(a)', '.*', 'x'.repeat(129)])(
  'the pattern %j does not fit',
  (pattern) => {
    expect(() => assertEventTypePattern(pattern)).toThrow(InvalidEventTypeError);
  },
);

describe('what a webhook wants', () => {
  test.each([
    [[], 'anything.at.all', true],
    [['*'], 'anything.at.all', true],
    [['expense.created'], 'expense.created', true],
    [['expense.created'], 'expense.updated', false],
    [['expense.created'], 'expense.created.again', false],
    [['expense.created'], 'xexpense.created', false],
    [['expense.*'], 'expense.created', true],
    [['expense.*'], 'expense.payout.failed', true],
    [['expense.*'], 'expense', false],
    [['expense.*'], 'expenses.created', false],
    [['*.created'], 'expense.created', true],
    [['*.created'], 'expense.item.created', false],
    [['a.*.c'], 'a.b.c', true],
    [['a.*.c'], 'a.b.b.c', false],
    [['a.b', 'c.*'], 'c.d', true],
    [['a.b', 'c.*'], 'a.c', false],
  ])('%j and %s: %s', (patterns, type, wanted) => {
    expect(wantsEventType(compileEventTypes(patterns), type)).toBe(wanted);
  });

  test('is that very type, for every type that fits', () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
    const type = fc
      .array(segment, { minLength: 1, maxLength: 5 })
      .map((segments) => segments.join('.'));
    fc.assert(
      fc.property(type, type, (wanted, other) => {
        expect(wantsEventType(compileEventTypes([wanted]), wanted)).toBe(true);
        expect(wantsEventType(compileEventTypes([wanted]), other)).toBe(wanted === other);
      }),
    );
  });
});
