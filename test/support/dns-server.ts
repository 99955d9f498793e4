import dgram from 'node:dgram';
import { promises as dns, type LookupAddress } from 'node:dns';
import { once } from 'node:events';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

const TYPES = { A: 1, CNAME: 5, AAAA: 28 } as const;
const HEADER_BYTES = 12;

/** One record of an answer. */
export interface DnsRecord {
  readonly type: keyof typeof TYPES;
  /** The address, or the name that it is another name for. */
  readonly data: string;
  /** Whose record it is; the name that was asked for where left out. */
  readonly name?: string;
  /** In seconds; 0 where left out. */
  readonly ttl?: number;
}

/** What was asked for. */
export interface DnsQuestion {
  readonly name: string;
  readonly type: 'A' | 'AAAA';
}

/** A DNS server on a free UDP port of the loopback address, and the resolver that asks it. */
export interface DnsServer {
  /** Every question so far, in order. */
  readonly questions: readonly DnsQuestion[];
  /** Resolves names by this server alone, A and AAAA records at the same time. */
  readonly lookup: LookupFunction;
  close(): Promise<void>;
}

/** Starts a server that answers what the script says at the time of the question. */
export async function startDnsServer(
  script: (question: DnsQuestion) => readonly DnsRecord[],
): Promise<DnsServer> {
  const questions: DnsQuestion[] = [];
  const socket = dgram.createSocket('udp4', (message, { port, address }) => {
    const { name, type, end } = readQuestion(message);
    const question = { name, type: type === TYPES.A ? ('A' as const) : ('AAAA' as const) };
    questions.push(question);
    socket.send(writeAnswer(message.subarray(0, end), name, script(question)), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const resolver = new dns.Resolver({ timeout: 5_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);

  return {
    questions,
    lookup(name, _options, callback) {
      resolveBoth(resolver, name).then(
        (addresses) => callback(null, addresses),
        (error: NodeJS.ErrnoException) => callback(error, []),
      );
    },
    async close() {
      resolver.cancel();
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

/** Rejects where neither question has an answer, as `dns.lookup` does. */
async function resolveBoth(resolver: dns.Resolver, name: string): Promise<LookupAddress[]> {
  const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  if (four.status === 'rejected' && six.status === 'rejected') throw four.reason;
  return [
    ...(four.status === 'fulfilled' ? four.value : []).map((address) => ({ address, family: 4 })),
    ...(six.status === 'fulfilled' ? six.value : []).map((address) => ({ address, family: 6 })),
  ];
}

/** The first question of a message (RFC 1035 section 4.1.2), and where it ends. */
function readQuestion(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const name = labels.join('.').toLowerCase();
  return { name, type: message.readUInt16BE(at + 1), end: at + 5 };
}

/** An answer without error to a question, authoritative and with recursion (RFC 1035 section 4.1.1). */
function writeAnswer(question: Buffer, asked: string, records: readonly DnsRecord[]): Buffer {
  const header = Buffer.from(question.subarray(0, HEADER_BYTES));
  header.writeUInt16BE(0x8580, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  header.writeUInt32BE(0, 8);
  const answers = records.map(({ type, data, name = asked, ttl = 0 }) => {
    const content =
      type === 'CNAME' ? writeName(data) : Buffer.from(ipaddr.parse(data).toByteArray());
    const fields = Buffer.alloc(10);
    fields.writeUInt16BE(TYPES[type], 0);
    fields.writeUInt16BE(1, 2);
    fields.writeUInt32BE(ttl, 4);
    fields.writeUInt16BE(content.length, 8);
    return Buffer.concat([writeName(name), fields, content]);
  });
  return Buffer.concat([header, question.subarray(HEADER_BYTES), ...answers]);
}

function writeName(name: string): Buffer {
  const labels = name.split('.').map((label) => {
    return Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')]);
  });
  return Buffer.concat([...labels, Buffer.from([0])]);
}
