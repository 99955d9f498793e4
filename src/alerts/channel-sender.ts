import type { Settings } from '../config.js';
import type { Sender } from '../delivery/sender.js';
import {
  htmlText,
  type NoticeContent,
  noticeText,
  plainText,
  slackNotice,
} from '../domain/notice-text.js';
import type { SecretBox } from '../domain/secret-box.js';
import type { StoredChannel } from '../store/channels.js';
import type { Mailer } from './mailer.js';

/** Where a message goes. */
export type Target = Pick<StoredChannel, 'kind' | 'recipients' | 'sealedUrl'> & {
  readonly channelId: string;
};

/** What is sent, with an id that stays the same when it is sent again. */
export type MessageContent = NoticeContent & { readonly id: string };

/** Sends messages to channels. */
export interface ChannelSender {
  /**
   * Sends one message, within `LONGEST_SEND_MS`.
   *
   * @returns what went wrong, in a sentence; null where it was taken
   */
  send(target: Target, content: MessageContent): Promise<string | null>;
}

/** Wall-clock limit of one message, in milliseconds, however long a server goes on talking. */
export const LONGEST_SEND_MS = 60_000;

export function createChannelSender(options: {
  mailer: Mailer;
  /** The sender of requests, made when it is first needed. */
  sender: () => Promise<Sender>;
  secretBox: SecretBox;
  settings: Pick<Settings, 'webhookLink' | 'host' | 'port' | 'timeout'>;
  limitMs?: number;
}): ChannelSender {
  const { mailer, secretBox, settings, limitMs = LONGEST_SEND_MS } = options;

  async function sendSlack(sealedUrl: string, content: MessageContent): Promise<string | null> {
    const sender = await options.sender();
    const { outcome } = await sender.send({
      url: secretBox.open(sealedUrl),
      headers: {},
      body: JSON.stringify(slackNotice(textOf(content))),
      timeoutMs: Math.min(settings.timeout, limitMs),
    });
    return outcome.kind === 'ok' ? null : outcome.message;
  }

  function textOf(content: MessageContent) {
    return noticeText(content, linkOf(settings, content));
  }

  return {
    async send({ kind, recipients, sealedUrl }, content) {
      if (kind === 'slack') return sendSlack(sealedUrl ?? '', content);
      const text = textOf(content);
      const mail = {
        id: content.id,
        to: recipients,
        subject: text.title,
        text: plainText(text),
        html: htmlText(text),
      };
      return mailer.send(mail, { limitMs });
    },
  };
}

/** Where a notice's webhook, or its account's webhooks, are shown. */
function linkOf(
  { webhookLink, host, port }: Pick<Settings, 'webhookLink' | 'host' | 'port'>,
  { webhookId, accountId }: MessageContent,
): string {
  const account = encodeURIComponent(accountId);
  if (webhookLink !== undefined) {
    return webhookLink
      .replaceAll('{webhookId}', encodeURIComponent(webhookId ?? ''))
      .replaceAll('{accountId}', account);
  }
  const root = `http://${host.includes(':') ? `[${host}]` : host}:${port}/v1/webhooks`;
  return webhookId === null ? `${root}?accountId=${account}` : `${root}/${webhookId}`;
}
