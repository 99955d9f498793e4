import { durationInWords } from './policy-text.js';
import { type SlackMessage, slackText } from './slack-message.js';

/** What a notice says. */
export interface NoticeContent {
  readonly type: string;
  readonly accountId: string;
  readonly webhookId: string | null;
  readonly at: Date;
  readonly actor: string;
  readonly detail: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A notice in words. */
export interface NoticeText {
  /** One line. */
  readonly title: string;
  /** Name and value of what there is to know. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** What to do about it, in a sentence; empty where nothing is to be done. */
  readonly advice: string;
  readonly link: string;
}

const CHECK =
  'Check that the endpoint is up, answers with a 2xx within the time limit, and accepts the signature.';

const ADVICE: Readonly<Record<string, string>> = {
  'webhook.failing': `${CHECK} Deliveries wait meanwhile; none is lost.`,
  'webhook.warned': `${CHECK} One success is enough to end this. If the endpoint is not needed any more, deactivate or delete the webhook.`,
  'webhook.deactivated':
    'What it was owed waits. Once the endpoint works, reactivate the webhook, and choose whether that is replayed or discarded.',
  'incident.opened': 'Acknowledge the incident to say that somebody looks after it.',
};

/**
 * Says in words what a notice tells: what happened, why, the last error, and what to do.
 *
 * @param link where the webhook is shown
 */
export function noticeText(notice: NoticeContent, link: string): NoticeText {
  const { data } = notice;
  const facts: (readonly [string, string])[] = [['Why', notice.detail]];
  const add = (name: string, value: unknown) => {
    if (value !== undefined && value !== null && value !== '') facts.push([name, String(value)]);
  };
  add('Endpoint', data.url);
  add('Webhook', notice.webhookId);
  add('Account', notice.accountId);
  add('Tier', data.tier);
  add('Last success', data.lastSuccess === null ? 'never' : data.lastSuccess);
  add('Failing since', data.failingSince);
  add('Failures in a row', data.consecutiveFailures);
  add('Last error', data.lastError);
  add('Deactivated after', data.deactivatesAt);
  add('Rule', data.ruleName);
  add('Value', data.value);
  add('Owed deliveries', data.deliveries);
  add('At', notice.at.toISOString());
  return { title: titleOf(notice), facts, advice: ADVICE[notice.type] ?? '', link };
}

function titleOf({ type, at, accountId, data }: NoticeContent): string {
  const subject = host(data.url) ?? `account ${accountId}`;
  switch (type) {
    case 'webhook.failing':
      return `Webhook to ${subject} is failing`;
    case 'webhook.recovered':
      return `Webhook to ${subject} works again`;
    case 'webhook.warned': {
      const leftMs = new Date(String(data.deactivatesAt)).getTime() - at.getTime();
      return leftMs > 0
        ? `Webhook to ${subject} will be deactivated in ${durationInWords(leftMs)}`
        : `Webhook to ${subject} will be deactivated at any time now`;
    }
    case 'webhook.deactivated':
      return `Webhook to ${subject} was deactivated`;
    case 'webhook.reactivated':
      return `Webhook to ${subject} was reactivated`;
    case 'incident.opened':
      return `Alert: ${String(data.ruleName)} (${subject})`;
    case 'incident.resolved':
      return `Resolved: ${String(data.ruleName)} (${subject})`;
    default:
      return `${type} (${subject})`;
  }
}

function host(url: unknown): string | undefined {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).host : undefined;
}

/** A notice as plain text. */
export function plainText({ title, facts, advice, link }: NoticeText): string {
  const lines = facts.map(([name, value]) => `${name}: ${value}`);
  return [title, lines.join('\n'), ...(advice === '' ? [] : [advice]), link].join('\n\n');
}

/** A notice as HTML, with everything that came from elsewhere escaped. */
export function htmlText({ title, facts, advice, link }: NoticeText): string {
  const rows = facts.map(
    ([name, value]) =>
      `<tr><th align="left" valign="top">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  const next = advice === '' ? '' : `<p>${escapeHtml(advice)}</p>`;
  const href = escapeHtml(link);
  return `<!doctype html><html lang="en"><body><h2>${escapeHtml(title)}</h2><table cellpadding="4">${rows.join('')}</table>${next}<p><a href="${href}">${href}</a></p></body></html>`;
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** A notice as a Slack-compatible incoming webhook takes it. */
export function slackNotice({ title, facts, advice, link }: NoticeText): SlackMessage {
  return slackText({ title, facts, paragraphs: [advice, link] });
}
