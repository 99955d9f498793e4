import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { createArrivals } from './arrivals.js';

/** A mail server on a free port of the loopback address. */
export interface MailServer {
  readonly url: string;
  readonly mails: readonly ParsedMail[];
  waitForMails(n: number, timeoutMs?: number): Promise<readonly ParsedMail[]>;
}

/** Starts a mail server for one test. While `refuses` answers true it takes nothing. */
export async function startMailServer(refuses: () => boolean = () => false): Promise<MailServer> {
  const arrivals = createArrivals<ParsedMail>('mails');
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onMailFrom(_address, _session, done) {
      done(refuses() ? new Error('come back later') : null);
    },
    onData(stream, _session, done) {
      simpleParser(stream).then((mail) => {
        arrivals.add(mail);
        done();
      }, done);
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => void server.close(resolve)));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails: arrivals.all,
    waitForMails: arrivals.waitFor,
  };
}
