import type { Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { ErrorClass } from '../../src/domain/outcome.js';
import { drip } from '../support/tcp-server.js';
import { CHUNKED_HEAD, chunk, forever } from './setup.js';

/** What an endpoint does once the first bytes of a request have come, and what the attempt comes to. */
export interface HostileAnswer {
  readonly name: string;
  readonly serve: (socket: Socket, firstBytes: Buffer) => void;
  /** `ok`, or the error's class; several where the operating system decides which. */
  readonly expected: readonly ('ok' | ErrorClass)[];
  /** Null where no status came; not checked where left out. */
  readonly statusCode?: number | null;
}

const OK = 'HTTP/1.1 200 OK\r\n';
const RESET: readonly ErrorClass[] = ['reset'];

/** Writes for ever, as fast as the other end reads. */
function flood(socket: Socket, piece: string | Buffer): void {
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}

const write = (text: string | Buffer) => (socket: Socket) => void socket.write(text);
const end = (text: string | Buffer) => (socket: Socket) => void socket.end(text);
const dripping = (head: string, pieces: Iterable<string>) => (socket: Socket) => {
  socket.write(head);
  drip(socket, pieces, 20);
};
const flooding = (head: string, piece: string | Buffer) => (socket: Socket) => {
  socket.write(head);
  flood(socket, piece);
};
const resetAfter = (text: string) => (socket: Socket) => {
  socket.write(text, () => socket.resetAndDestroy());
};

/** A body of zeros that is a thousand times as large once it is decompressed. */
const BOMB = Buffer.alloc(8 * 2 ** 20);
const GZIP_BOMB = gzipSync(BOMB);
const withBody = (headers: string, body: Buffer | string) =>
  Buffer.concat([
    Buffer.from(`${OK}${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`),
    Buffer.from(body),
  ]);

const SLOW: readonly HostileAnswer[] = [
  {
    name: 'accepts and never answers',
    serve: () => undefined,
    expected: ['timeout'],
    statusCode: null,
  },
  {
    name: 'sends its headers a byte at a time',
    serve: dripping('', forever('x')),
    expected: ['timeout', 'protocol'],
  },
  {
    name: 'sends a header that never ends, a byte at a time',
    serve: dripping(`${OK}x-slow: `, forever('y')),
    expected: ['timeout'],
    statusCode: null,
  },
  {
    name: 'drips a body a byte at a time',
    serve: dripping(`${OK}Content-Length: 10000\r\n\r\n`, forever('.')),
    expected: ['timeout'],
    statusCode: 200,
  },
  {
    name: 'drips a body in chunks of a byte',
    serve: dripping(CHUNKED_HEAD, forever(chunk('.'))),
    expected: ['timeout'],
    statusCode: 200,
  },
  {
    name: 'drips the length of a chunk',
    serve: dripping(CHUNKED_HEAD, forever('0')),
    expected: ['timeout', 'protocol'],
  },
  {
    name: 'drips interim answers without end',
    serve: dripping('', forever('HTTP/1.1 103 Early Hints\r\n\r\n')),
    expected: ['protocol', 'timeout'],
    statusCode: null,
  },
  {
    name: 'answers when the time limit has passed',
    serve: (socket) => void socket.once('end', () => socket.write(`${OK}\r\n`)),
    expected: ['timeout'],
    statusCode: null,
  },
  {
    name: 'drips trailers without end',
    serve: dripping(`${CHUNKED_HEAD}${chunk('whole')}0\r\nx-trailer: `, forever('z')),
    expected: ['timeout'],
    statusCode: 200,
  },
];

const ENDLESS: readonly HostileAnswer[] = [
  {
    name: 'sends a body without end',
    serve: flooding(`${OK}\r\n`, 'x'.repeat(65_536)),
    expected: ['ok'],
    statusCode: 200,
  },
  {
    name: 'sends chunks without end',
    serve: flooding(CHUNKED_HEAD, chunk('x'.repeat(65_536))),
    expected: ['ok'],
  },
  {
    name: 'fails with a body without end',
    serve: flooding('HTTP/1.1 500 No\r\n\r\n', 'x'.repeat(65_536)),
    expected: ['http_status'],
    statusCode: 500,
  },
  {
    name: 'sends headers without end',
    serve: flooding(OK, 'x-more: y\r\n'),
    expected: ['too_large'],
    statusCode: null,
  },
  {
    name: 'sends one header without end',
    serve: flooding(`${OK}x-long: `, 'y'.repeat(65_536)),
    expected: ['too_large'],
    statusCode: null,
  },
  {
    name: 'sends thousands of headers',
    serve: end(`${OK}${'a: b\r\n'.repeat(5_000)}Content-Length: 0\r\n\r\n`),
    expected: ['ok'],
  },
  {
    name: 'sends more headers than fit',
    serve: end(`${OK}${'a: b\r\n'.repeat(20_000)}\r\n`),
    expected: ['too_large'],
    statusCode: null,
  },
  {
    name: 'sends interim answers without end, as fast as it can',
    serve: flooding('', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(100)),
    expected: ['protocol'],
    statusCode: null,
  },
  {
    name: 'sends trailers without end',
    serve: flooding(`${CHUNKED_HEAD}${chunk('whole')}0\r\n`, 'x-more: y\r\n'),
    expected: ['too_large', 'timeout', 'protocol'],
  },
  {
    name: 'sends chunk extensions without end',
    serve: flooding(`${CHUNKED_HEAD}5;`, 'x'.repeat(65_536)),
    expected: ['too_large', 'timeout', 'protocol'],
  },
];

const BOMBS: readonly HostileAnswer[] = [
  {
    name: 'sends a gzip bomb',
    serve: end(withBody('Content-Encoding: gzip\r\n', GZIP_BOMB)),
    expected: ['ok'],
  },
  {
    name: 'sends a brotli bomb',
    serve: end(withBody('Content-Encoding: br\r\n', brotliCompressSync(BOMB))),
    expected: ['ok'],
  },
  {
    name: 'sends a gzip bomb in a gzip bomb',
    serve: end(withBody('Content-Encoding: gzip, gzip\r\n', gzipSync(GZIP_BOMB))),
    expected: ['ok'],
  },
  {
    name: 'names an encoding that is none',
    serve: end(withBody('Content-Encoding: bomb\r\n', 'x')),
    expected: ['ok'],
  },
];

const MALFORMED: readonly HostileAnswer[] = [
  ['speaks another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ['speaks HTTP/0.9', '<html>hello</html>\r\n'],
  ['speaks HTTP/2 in the clear', Buffer.from('000006040000000000000300000064', 'hex')],
  ['answers garbage', Buffer.from('ff00fe01fd02fc03fb04', 'hex')],
  ['has a status of two digits', 'HTTP/1.1 99 Low\r\n\r\n'],
  ['has a status of four digits', 'HTTP/1.1 2000 High\r\n\r\n'],
  ['has a status that is no number', 'HTTP/1.1 abc No\r\n\r\n'],
  ['has a version that is none', 'HTTP/9.9 200 OK\r\n\r\n'],
  ['has a header without a colon', `${OK}no colon here\r\n\r\n`],
  ['has a header with a NUL', `${OK}x-nul: a\0b\r\n\r\n`],
  ['has a header whose name holds a space', `${OK}x bad: 1\r\n\r\n`],
  ['has a length that is no number', `${OK}Content-Length: many\r\n\r\n`],
  ['has a negative length', `${OK}Content-Length: -1\r\n\r\n`],
  ['has two lengths', `${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nokk`],
  [
    'has a length and chunks',
    `${OK}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['has a length beyond all numbers', `${OK}Content-Length: ${'9'.repeat(40)}\r\n\r\n`],
  ['has a chunk whose length is none', `${CHUNKED_HEAD}zz\r\n`],
  ['has a chunk that is longer than it says', `${CHUNKED_HEAD}2\r\nlonger\r\n0\r\n\r\n`],
  ['has a bare carriage return in a header', `${OK}x-split: a\rb: c\r\n\r\n`],
  [
    'switches protocols',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhello',
  ],
].map(([name, bytes]) => ({
  name: String(name),
  serve: write(bytes ?? ''),
  expected: ['protocol'],
}));

const BROKEN: readonly HostileAnswer[] = [
  ['closes before the answer', end(''), null],
  ['resets before the answer', (socket: Socket) => void socket.resetAndDestroy(), null],
  ['closes within the status line', end('HTTP/1.'), null],
  ['resets within the status line', resetAfter('HTTP/1.'), null],
  ['closes within the headers', end(`${OK}x-`), null],
  ['resets within the headers', resetAfter(`${OK}x-`), null],
  ['closes right after the headers', end(`${OK}Content-Length: 5\r\n\r\n`), 200],
  ['resets right after the headers', resetAfter(`${OK}Content-Length: 5\r\n\r\n`), undefined],
  ['closes within the body', end(`${OK}Content-Length: 10\r\n\r\nhalf`), 200],
  ['resets within the body', resetAfter(`${OK}Content-Length: 10\r\n\r\nhalf`), undefined],
  ['closes within a chunk', end(`${CHUNKED_HEAD}a\r\nhalf`), 200],
  ['closes before the last chunk', end(CHUNKED_HEAD + chunk('half')), 200],
  ['promises more than it sends', end(`${OK}Content-Length: 999999999\r\n\r\nx`), 200],
].map(([name, serve, statusCode]) => ({
  name: String(name),
  serve: serve as HostileAnswer['serve'],
  expected: RESET,
  ...(statusCode === undefined ? {} : { statusCode: statusCode as number | null }),
}));

const ODD: readonly HostileAnswer[] = [
  {
    name: 'answers 200 with a web page',
    serve: end(withBody('Content-Type: text/html\r\n', '<!doctype html><p>parked</p>')),
    expected: ['ok'],
    statusCode: 200,
  },
  {
    name: 'answers 204 with a body',
    serve: end('HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello'),
    expected: ['ok'],
    statusCode: 204,
  },
  { name: 'answers 205', serve: end('HTTP/1.1 205 Reset\r\n\r\n'), expected: ['ok'] },
  {
    name: 'answers 206 to a question that nobody asked',
    serve: end('HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-1/9\r\n\r\nok'),
    expected: ['ok'],
  },
  {
    name: 'answers 304',
    serve: end('HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n'),
    expected: ['redirect'],
    statusCode: 304,
  },
  {
    name: 'answers with status 999',
    serve: end('HTTP/1.1 999 Odd\r\n\r\n'),
    expected: ['http_status'],
    statusCode: 999,
  },
  {
    name: 'sets cookies, refreshes, and offers another service',
    serve: end(
      `${OK}Set-Cookie: a=b\r\nRefresh: 0; url=http://127.0.0.1:1/\r\nAlt-Svc: h2=":1"\r\nContent-Length: 0\r\n\r\n`,
    ),
    expected: ['ok'],
  },
  {
    name: 'answers before it has read the request',
    serve: (socket) => {
      socket.pause();
      socket.write(`${OK}Content-Length: 2\r\n\r\nok`);
    },
    expected: ['ok', 'reset'],
  },
];

/** Every hostile answer in the clear. */
export const HOSTILE_ANSWERS: readonly HostileAnswer[] = [
  ...SLOW,
  ...ENDLESS,
  ...BOMBS,
  ...MALFORMED,
  ...BROKEN,
  ...ODD,
];

/** `Retry-After` as nobody should send it. */
export const ABSURD_WAITS: readonly string[] = [
  '',
  '-1',
  '0',
  '1e9',
  '9'.repeat(30),
  '1.5',
  '0x10',
  'NaN',
  'Infinity',
  'soon',
  '10, 20',
  '10 seconds',
  ' 7 ',
  'Fri, 31 Dec 9999 23:59:59 GMT',
  'Thu, 01 Jan 1970 00:00:00 GMT',
  'Mon, 31 Feb 2027 00:00:00 GMT',
  'Wed, 21 Oct 2015 07:28:00 +0900',
  '2027-01-01T00:00:00Z',
  '\u00e9\u00e8',
  'x'.repeat(8_000),
];
