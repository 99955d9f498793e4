import type { Settings } from '../config.js';
import { formatDuration } from '../domain/duration.js';

/** An e-mail. */
export interface Mail {
  /** Stays the same when it is sent again, so that mail readers show it once. */
  readonly id: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Sends e-mail by SMTP. */
export interface Mailer {
  /**
   * Sends it, or breaks the connection off.
   *
   * @param options.limitMs wall-clock limit of the whole, in milliseconds
   * @returns what went wrong, in a sentence; null where the mail server took it
   */
  send(mail: Mail, options: { readonly limitMs: number }): Promise<string | null>;
}

/** How long a mail server may take to connect and to greet, and be silent afterwards, in milliseconds. */
const PATIENCE_MS = 15_000;

export function createMailer({
  smtpUrl,
  mailFrom,
}: Pick<Settings, 'smtpUrl' | 'mailFrom'>): Mailer {
  const domain = /@([A-Za-z0-9.-]+)/.exec(mailFrom)?.[1] ?? 'posthorn.local';
  return {
    async send({ id, to, subject, text, html }, { limitMs }) {
      if (smtpUrl === undefined) return 'no e-mail can be sent: POSTHORN_SMTP_URL is not set';
      // Only here, because most processes send none.
      const { createTransport } = await import('nodemailer');
      const transport = createTransport(
        {
          url: smtpUrl,
          connectionTimeout: PATIENCE_MS,
          greetingTimeout: PATIENCE_MS,
          socketTimeout: PATIENCE_MS,
          // Nothing in a message is to be read from files or fetched.
          disableFileAccess: true,
          disableUrlAccess: true,
        },
        { from: mailFrom },
      );
      // Patience is with silence alone: a server that drips its answers would go on for ever.
      const signal = AbortSignal.timeout(limitMs);
      try {
        const { rejected } = await transport.sendMail({
          to: [...to],
          subject,
          text,
          html,
          messageId: `<${id}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal,
        });
        return rejected.length === 0 ? null : `refused for ${rejected.map(String).join(', ')}`;
      } catch (error) {
        if (signal.aborted) {
          return `the mail server did not take it within ${formatDuration(limitMs)}`;
        }
        return `the mail server did not take it: ${reasonOf(error)}`;
      } finally {
        transport.close();
      }
    },
  };
}

/** What a mail server said, without the password of its URL. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? error.message : `${code}: ${error.message}`;
}
