import { expect, test } from 'vitest';
import { readTraceContext, traceIdOf } from '../../src/domain/trace-context.js';

// The examples of the specification, https://www.w3.org/TR/trace-context/
const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

test.each([
  ['as the specification shows it', TRACEPARENT, TRACEPARENT],
  ['not sampled', TRACEPARENT.replace(/01$/, '00'), TRACEPARENT.replace(/01$/, '00')],
  ['of a later version, which is read as this one', `cc${TRACEPARENT.slice(2)}`, TRACEPARENT],
  ['of a later version with more in it', `cc${TRACEPARENT.slice(2)}-what-else`, TRACEPARENT],
])('a traceparent %s', (_, given, read) => {
  expect(readTraceContext(given, undefined)).toEqual({ traceparent: read, tracestate: null });
});

test.each([
  ['nothing', undefined],
  ['no text', ['a', 'b']],
  ['a version that is none', `ff${TRACEPARENT.slice(2)}`],
  ['more than this version has', `${TRACEPARENT}-more`],
  ['more without a dash', `cc${TRACEPARENT.slice(2)}more`],
  ['capitals', TRACEPARENT.toUpperCase()],
  ['no trace', TRACEPARENT.replace('4bf92f3577b34da6a3ce929d0e0e4736', '0'.repeat(32))],
  ['no span', TRACEPARENT.replace('00f067aa0ba902b7', '0'.repeat(16))],
  ['something shorter', TRACEPARENT.slice(1)],
])('%s is no traceparent', (_, given) => {
  expect(readTraceContext(given, 'rojo=00f067aa0ba902b7')).toBeUndefined();
});

test('a tracestate is kept where it fits', () => {
  const kept = (tracestate: unknown) => readTraceContext(TRACEPARENT, tracestate)?.tracestate;
  expect(kept('rojo=00f067aa0ba902b7,congo=t61rcWkgMzE')).toBe(
    'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
  );
  expect(kept('a\nb')).toBeNull();
  expect(kept('x'.repeat(513))).toBeNull();
  expect(kept('')).toBeNull();
});

test('a trace has an id', () => {
  expect(traceIdOf({ traceparent: TRACEPARENT, tracestate: null })).toBe(
    '4bf92f3577b34da6a3ce929d0e0e4736',
  );
});
