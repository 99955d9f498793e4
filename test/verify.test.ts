import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import { signatureHeaders } from '../src/domain/signature.js';
import { createKeyPair, createSecret, parseSecret } from '../src/domain/signing-secret.js';
import { verify, type WebhookHeaders, WebhookVerificationError } from '../src/verify.js';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));

const NOW = new Date('2026-11-24T12:00:00.000Z');
const NOW_SECONDS = NOW.getTime() / 1_000;
const SECRET = createSecret();
const ENVELOPE = {
  type: 'expense.created',
  timestamp: '2026-11-24T11:59:59.000Z',
  data: { id: 42 },
};
const BODY = JSON.stringify(ENVELOPE);

/** A request as Posthorn makes it. */
function request({
  secrets = [SECRET],
  body = BODY,
  timestampSeconds = NOW_SECONDS,
}: {
  secrets?: readonly string[];
  body?: string;
  timestampSeconds?: number;
} = {}) {
  const headers = signatureHeaders({
    secrets: secrets.map(parseSecret),
    id: 'evt_1',
    timestampSeconds,
    body,
  });
  return { headers: { ...headers }, body };
}

/** The code of the error with which it is refused. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof WebhookVerificationError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('verify', () => {
  test('answers with the event of a request that Posthorn signed', () => {
    const { headers, body } = request();
    const event = verify<{ id: number }>(SECRET, headers, body, { now: NOW });
    expect(event).toEqual({ id: 'evt_1', ...ENVELOPE });
    expect(event.data.id).toBe(42);
  });

  test('takes the body as text, as a Buffer and as bytes', () => {
    const envelope = { ...ENVELOPE, data: 'Zoë 🦊' };
    const { headers, body } = request({ body: JSON.stringify(envelope) });
    for (const raw of [body, Buffer.from(body), new TextEncoder().encode(body)]) {
      expect(verify(SECRET, headers, raw, { now: NOW }).data).toBe('Zoë 🦊');
    }
  });

  test.each<[string, (headers: Record<string, string>) => WebhookHeaders]>([
    ['fetch’s Headers', (headers) => new Headers(headers)],
    ['names in capitals', (headers) => mapNames(headers, (name) => name.toUpperCase())],
    ['values in lists', (headers) => mapValues(headers, (value) => [value])],
    ['an object without a prototype', (headers) => Object.assign(Object.create(null), headers)],
  ])('takes headers as %s', (_, change) => {
    const { headers, body } = request();
    expect(verify(SECRET, change(headers), body, { now: NOW }).id).toBe('evt_1');
  });

  test('while secrets are rotated, any of the receiver’s fits any of the sender’s', () => {
    const [older, newer, other] = [createSecret(), createSecret(), createSecret()];
    const both = request({ secrets: [newer, older] });
    for (const known of [older, newer, [other, older], [newer, other]]) {
      expect(verify(known, both.headers, both.body, { now: NOW }).id).toBe('evt_1');
    }
    expect(refusal(() => verify([other], both.headers, both.body, { now: NOW }))).toBe(
      'no_matching_signature',
    );
  });

  test('verifies Ed25519 with the public key, beside other signatures', () => {
    const { secret, publicKey } = createKeyPair();
    const { headers, body } = request({ secrets: [SECRET, secret] });
    expect(verify(publicKey, headers, body, { now: NOW }).id).toBe('evt_1');
    const { publicKey: stranger } = createKeyPair();
    expect(verify([stranger, SECRET], headers, body, { now: NOW }).id).toBe('evt_1');
    expect(refusal(() => verify(stranger, headers, body, { now: NOW }))).toBe(
      'no_matching_signature',
    );
    const symmetricOnly = request();
    expect(
      refusal(() => verify(publicKey, symmetricOnly.headers, symmetricOnly.body, { now: NOW })),
    ).toBe('no_matching_signature');
  });

  test('bears the tolerance to the second, either way', () => {
    const at = (offset: number, toleranceSeconds?: number) => {
      const { headers, body } = request({ timestampSeconds: NOW_SECONDS + offset });
      return refusal(() => verify(SECRET, headers, body, { now: NOW, toleranceSeconds }));
    };
    expect([at(-300), at(300), at(-10, 10), at(0, 0)]).toEqual(Array(4).fill('accepted'));
    expect([at(-301), at(-11, 10), at(0, Number.NaN)]).toEqual(Array(3).fill('timestamp_too_old'));
    expect([at(301), at(1, 0)]).toEqual(Array(2).fill('timestamp_too_new'));
  });

  test('takes the system’s time where none is given', () => {
    const now = Math.floor(Date.now() / 1_000);
    const { headers, body } = request({ timestampSeconds: now });
    expect(verify(SECRET, headers, body).id).toBe('evt_1');
  });

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('needs %s', (name) => {
    const { headers, body } = request();
    for (const changed of [without(headers, name), { ...headers, [name]: '' }]) {
      expect(refusal(() => verify(SECRET, changed, body, { now: NOW }))).toBe('missing_header');
      expect(refusal(() => verify(SECRET, new Headers(changed), body, { now: NOW }))).toBe(
        'missing_header',
      );
    }
  });

  test.each([
    'now',
    '1.5',
    '-1',
    ' 1',
    '1e9',
    '0x10',
    `${NOW_SECONDS}, ${NOW_SECONDS}`,
    '9'.repeat(16),
  ])('refuses the time “%s”', (timestamp) => {
    const { headers, body } = request();
    const changed = { ...headers, 'webhook-timestamp': timestamp };
    expect(refusal(() => verify(SECRET, changed, body, { now: NOW }))).toBe('malformed_timestamp');
  });

  test('refuses a signature of another body, id, time, scheme or length', () => {
    const { headers, body } = request();
    const signature = headers['webhook-signature'];
    const changes: [WebhookHeaders, string][] = [
      [headers, `${body} `],
      [{ ...headers, 'webhook-id': 'evt_2' }, body],
      [{ ...headers, 'webhook-timestamp': String(NOW_SECONDS + 1) }, body],
      ...['', 'v1', 'v1,', signature.slice(3), signature.replace('v1,', 'v2,')].map(
        (other): [WebhookHeaders, string] => [
          { ...headers, 'webhook-signature': other || ' ' },
          body,
        ],
      ),
      [{ ...headers, 'webhook-signature': signature.slice(0, -1) }, body],
      [{ ...headers, 'webhook-signature': signature.replace('v1,', 'v1a,') }, body],
    ];
    for (const [changed, text] of changes) {
      expect(refusal(() => verify(SECRET, changed, text, { now: NOW }))).toBe(
        'no_matching_signature',
      );
    }
  });

  test('finds a signature among others, and looks at no more than twenty', () => {
    const { headers, body } = request();
    const among = (others: number) => {
      const signatures = [...Array(others).fill('v1,AAAA'), headers['webhook-signature']];
      const changed = { ...headers, 'webhook-signature': signatures.join(' ') };
      return refusal(() => verify(SECRET, changed, body, { now: NOW }));
    };
    expect(among(19)).toBe('accepted');
    expect(among(20)).toBe('no_matching_signature');
  });

  test.each([
    '',
    'whsec_',
    'whsec_c2hvcnQ=',
    'c2VjcmV0LXdpdGhvdXQtaXRzLXByZWZpeC1vZi1sZW5ndGg=',
    'whpk_c2hvcnQ=',
    createKeyPair().secret,
    [],
    [SECRET, ''],
  ])('tells of a secret that does not fit, and never shows it', (secrets) => {
    const { headers, body } = request();
    const run = () => verify(secrets, headers, body, { now: NOW });
    expect(refusal(run)).toBe('malformed_secret');
    for (const secret of [secrets].flat().filter((each) => each.length > 6)) {
      expect(run).not.toThrow(secret.slice(6));
    }
  });

  test('tells of a secret that is not there at all', () => {
    const { headers, body } = request();
    const missing = undefined as unknown as string;
    expect(refusal(() => verify(missing, headers, body, { now: NOW }))).toBe('malformed_secret');
  });

  test('tells of a body that was parsed already, or is no envelope', () => {
    const { headers } = request();
    const parsed = ENVELOPE as unknown as string;
    expect(refusal(() => verify(SECRET, headers, parsed, { now: NOW }))).toBe('malformed_body');
    for (const body of [
      '',
      '{',
      'null',
      '[]',
      '{"type":"a.b","data":1}',
      '{"type":1,"timestamp":""}',
    ]) {
      const { headers } = request({ body });
      expect(refusal(() => verify(SECRET, headers, body, { now: NOW }))).toBe('malformed_body');
    }
  });
});

describe('with the library of Standard Webhooks', () => {
  const envelopes = fc.record({
    type: fc.stringMatching(/^[a-z]+\.[a-z]+$/),
    timestamp: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    data: fc.jsonValue(),
  });
  const secrets = fc.uint8Array({ minLength: 24, maxLength: 64 }).map((bytes) => {
    return `whsec_${Buffer.from(bytes).toString('base64')}`;
  });
  const ids = fc.stringMatching(/^[\w-]{1,40}$/);

  test('what the library signs is verified, for any event and secret', () => {
    fc.assert(
      fc.property(envelopes, secrets, ids, (envelope, secret, id) => {
        const body = JSON.stringify(envelope);
        const headers = {
          'webhook-id': id,
          'webhook-timestamp': String(NOW_SECONDS),
          'webhook-signature': new Webhook(secret).sign(id, NOW, body),
        };
        const verified = verify(secret, headers, body, { now: NOW });
        expect(verified).toEqual({ id, ...JSON.parse(body) });
      }),
      { numRuns: 200 },
    );
  });

  test('what one refuses the other refuses: any change of one character', () => {
    const now = new Date();
    const seconds = Math.floor(now.getTime() / 1_000);
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'body'] as const;
    const change = fc.record({
      name: fc.constantFrom(...names),
      at: fc.nat(),
      character: fc.constantFrom(...'aZ09+/=,. {"'),
    });
    fc.assert(
      fc.property(envelopes, secrets, change, (envelope, secret, { name, at, character }) => {
        const body = JSON.stringify(envelope);
        const { headers } = request({ secrets: [secret], body, timestampSeconds: seconds });
        const changed: Record<(typeof names)[number], string> = { ...headers, body };
        const index = at % changed[name].length;
        const letters = [...changed[name]];
        letters[index] = character;
        changed[name] = letters.join('');
        const { body: changedBody, ...changedHeaders } = changed;
        const theirs = accepts(() =>
          new Webhook(secret).verify(changedBody, changedHeaders, { jsonParse: false }),
        );
        const ours = accepts(() => verify(secret, changedHeaders, changedBody, { now }));
        // Theirs reads a time like "1795521600," too; ours is never the more lenient.
        if (name !== 'webhook-timestamp') expect(ours).toBe(theirs);
        else expect(theirs || !ours).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

test('it needs no package, and none of Posthorn but its rules', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-verify-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  await cp(join(DIST, 'verify.js'), join(folder, 'verify.js'));
  await cp(join(DIST, 'domain'), join(folder, 'domain'), { recursive: true });
  const { headers, body } = request();
  const script = `
    import { verify } from './verify.js';
    const { id } = verify(${JSON.stringify(SECRET)}, ${JSON.stringify(headers)}, ${JSON.stringify(body)},
      { now: new Date(${NOW.getTime()}) });
    console.log(id);`;
  const args = ['--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  expect(stdout.trim()).toBe('evt_1');
});

function accepts(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}

function mapNames(headers: Record<string, string>, change: (name: string) => string) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [change(name), value]));
}

function mapValues<Value>(headers: Record<string, string>, change: (value: string) => Value) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, change(value)]));
}

function without(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}
