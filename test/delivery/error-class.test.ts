import { describe, expect, test } from 'vitest';
import { classifyError } from '../../src/delivery/error-class.js';

function errorWith(code: string, cause?: Error): Error {
  return Object.assign(new Error(`secret ${code}`, { cause }), { code });
}

describe('classifyError', () => {
  test.each([
    ['ECONNREFUSED', 'refused'],
    ['EHOSTUNREACH', 'refused'],
    ['ENETUNREACH', 'refused'],
    ['EADDRNOTAVAIL', 'refused'],
    ['ETIMEDOUT', 'timeout'],
    ['ECONNRESET', 'reset'],
    ['EPIPE', 'reset'],
    ['EPROTO', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls'],
    ['ERROR_IN_CERT_NOT_AFTER_FIELD', 'tls'],
    ['INVALID_CA', 'tls'],
    ['HOSTNAME_MISMATCH', 'tls'],
    ['HPE_HEADER_OVERFLOW', 'too_large'],
    ['HPE_INVALID_CONSTANT', 'protocol'],
    ['HPE_UNEXPECTED_CONTENT_LENGTH', 'protocol'],
    ['ERR_SOMETHING_NEW', 'protocol'],
    ['EMFILE', 'own'],
  ])('finds the code %s to be %s', (code, fault) => {
    expect(classifyError(errorWith(code))).toEqual({ fault, code });
  });

  test('looks through what wraps the error', () => {
    const wrapped = errorWith('ERR_GOT_REQUEST_ERROR', errorWith('X', errorWith('ECONNREFUSED')));
    expect(classifyError(wrapped)).toEqual({ fault: 'refused', code: 'ECONNREFUSED' });
  });

  test.each([
    ['an error without a code', new Error('secret')],
    ['a code that is none', errorWith('secret value')],
    ['a code that is a number', Object.assign(new Error('secret'), { code: 42 })],
    ['no error', 'secret'],
    ['nothing', undefined],
  ])('makes %s a protocol fault and shows nothing of it', (_case, error) => {
    expect(classifyError(error)).toEqual({ fault: 'protocol', code: 'unknown error' });
  });
});
