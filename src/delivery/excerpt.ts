import { StringDecoder } from 'node:string_decoder';

/** Collects the beginning of an answer's body. */
export interface Excerpt {
  /** Takes the next bytes. False once more came than the cap holds. */
  add(chunk: Buffer): boolean;
  /** The text so far: UTF-8, with U+FFFD for what is no text that PostgreSQL can hold. */
  text(): string;
}

/** @param maxBytes the cap, in bytes of the body as it is on the wire */
export function createExcerpt(maxBytes: number): Excerpt {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return {
    add(chunk) {
      if (bytes < maxBytes) chunks.push(chunk.subarray(0, maxBytes - bytes));
      bytes += chunk.length;
      return bytes <= maxBytes;
    },
    text() {
      const decoder = new StringDecoder('utf8');
      const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
      const text = decoder.write(body);
      // A character that the cap cut in two is left out; one that the endpoint left open is replaced.
      const whole = bytes > maxBytes ? text : text + decoder.end();
      return whole.replaceAll('\0', '\uFFFD');
    },
  };
}
