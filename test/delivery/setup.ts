import { onTestFinished } from 'vitest';
import { createSender, type Sender, type SendRequest } from '../../src/delivery/sender.js';
import { createAddressPolicy } from '../../src/domain/address.js';
import type { Failure, Success } from '../../src/domain/outcome.js';
import { type SignatureHeaders, signatureHeaders } from '../../src/domain/signature.js';
import { createSecret, parseSecret } from '../../src/domain/signing-secret.js';
import { ANY_URL } from '../../src/domain/url-rules.js';
import { type Receiver, startReceiver } from '../support/receiver.js';
import { startTcpServer, type TcpServer } from '../support/tcp-server.js';

/** A limit that no test of this folder comes near unless it means to. */
const AMPLE_MS = 15_000;

type SenderOptions = Partial<Parameters<typeof createSender>[0]>;

/** A sender that may reach the loopback address, stopped when the test ends. */
export function setupSender(options: SenderOptions = {}): Sender {
  const sender = createSender({
    isAllowed: createAddressPolicy({ allowCidrs: ['127.0.0.0/8', '::1/128'] }),
    urlRules: ANY_URL,
    clock: () => new Date(),
    userAgent: 'Posthorn/0.0.0-test',
    ...options,
  });
  onTestFinished(() => sender.stop());
  return sender;
}

/** A receiver that is closed when the test ends. */
export async function setupReceiver(
  options: Parameters<typeof startReceiver>[0] = {},
): Promise<Receiver> {
  const receiver = await startReceiver(options);
  onTestFinished(() => receiver.close());
  return receiver;
}

/** A server of raw bytes that is closed when the test ends. */
export async function setupTcpServer(
  ...parameters: Parameters<typeof startTcpServer>
): Promise<TcpServer> {
  const server = await startTcpServer(...parameters);
  onTestFinished(() => server.close());
  return server;
}

/** A signed request to a URL. */
export function requestTo(url: string, overrides: Partial<SendRequest> = {}): SendRequest {
  const { body = '{"type":"expense.created","data":{"note":"Grüße ✓"}}', ...rest } = overrides;
  return {
    url,
    headers: {},
    messageHeaders: { ...signed(body) },
    body,
    timeoutMs: AMPLE_MS,
    ...rest,
  };
}

/** Signature headers of now. */
export function signed(body: string, secret = createSecret()): SignatureHeaders {
  return signatureHeaders({
    secrets: [parseSecret(secret)],
    id: 'evt_1',
    timestampSeconds: Math.floor(Date.now() / 1_000),
    body,
  });
}

/** Sends and answers the failure; fails the test where the attempt succeeded. */
export async function sendToFail(sender: Sender, request: SendRequest): Promise<Failure> {
  const { outcome } = await sender.send(request);
  if (outcome.kind !== 'failed') throw new Error(`the attempt succeeded: ${outcome.statusCode}`);
  return outcome;
}

/** Sends and answers the success; fails the test where the attempt failed. */
export async function sendToSucceed(sender: Sender, request: SendRequest): Promise<Success> {
  const { outcome } = await sender.send(request);
  if (outcome.kind !== 'ok') throw new Error(`${outcome.errorClass}: ${outcome.message}`);
  return outcome;
}

/** A head that promises a body in chunks. */
export const CHUNKED_HEAD = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

/** One chunk of a body in chunks. */
export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

/** The same text without end. */
export function* forever(text: string): Generator<string> {
  while (true) yield text;
}
