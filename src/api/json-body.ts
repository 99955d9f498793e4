import { RequestError } from './problems.js';

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a request's body as JSON. An empty body is undefined, because clients send the content type
 * whether there is a body or not. Throws `RequestError` for what is not JSON in UTF-8.
 */
export async function parseJsonBody(_request: unknown, body: Buffer): Promise<unknown> {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(UTF_8.decode(body));
  } catch (cause) {
    const fault = cause instanceof SyntaxError ? cause.message : 'it is not UTF-8';
    throw new RequestError('malformed_json', `the body can't be read as JSON: ${fault}`, { cause });
  }
}
