import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { isSignedBy } from '../../src/demo/verification.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const NOW = new Date('2026-11-23T12:00:00Z');
const BODY = '{"type":"expense.created","data":{"name":"Zoë"}}';

/** A request that an independent library signed. */
function signed({ secret = SECRET, at = NOW, body = BODY } = {}) {
  const headers = {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(at.getTime() / 1_000),
    'webhook-signature': new Webhook(secret).sign('evt_1', at, body),
  };
  return { headers, body: Buffer.from(body) };
}

function verifies({ headers, body }: ReturnType<typeof signed>): boolean {
  return isSignedBy(SECRET, headers, body, NOW);
}

test('accepts what an independent library signed', () => {
  expect(verifies(signed())).toBe(true);
});

test('accepts one good signature among several', () => {
  const { headers, body } = signed();
  const other = signed({ secret: OTHER_SECRET }).headers['webhook-signature'];
  const both = `${other} ${headers['webhook-signature']}`;
  expect(verifies({ headers: { ...headers, 'webhook-signature': both }, body })).toBe(true);
});

test.each([
  ['another secret', signed({ secret: OTHER_SECRET })],
  ['another body', { ...signed(), body: Buffer.from('{}') }],
  ['a timestamp too old', signed({ at: new Date(NOW.getTime() - 301_000) })],
  ['a timestamp too new', signed({ at: new Date(NOW.getTime() + 301_000) })],
  ['another id', { ...signed(), headers: { ...signed().headers, 'webhook-id': 'evt_2' } }],
  ['no signature', { ...signed(), headers: { ...signed().headers, 'webhook-signature': '' } }],
  ['no number', { ...signed(), headers: { ...signed().headers, 'webhook-timestamp': 'now' } }],
])('refuses %s', (_name, request) => {
  expect(verifies(request)).toBe(false);
});

test('refuses a request without the headers', () => {
  expect(isSignedBy(SECRET, {}, Buffer.from(BODY), NOW)).toBe(false);
});
