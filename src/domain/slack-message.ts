import { boundedText, oneLine } from './bounded-text.js';
import type { EventText } from './event-text.js';

/** What a message for a chat says. */
export interface ChatText {
  /** One line. */
  readonly title: string;
  /** Name and value, a line each. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** What follows; empty ones are left out. */
  readonly paragraphs: readonly string[];
}

/** Longest parts, escaped. Slack shows the first 40,000 characters of a text. */
const MOST = { title: 300, name: 100, value: 1_000, paragraph: 4_000 } as const;

/** A message as Slack-compatible incoming webhooks take it. */
export interface SlackMessage {
  readonly text: string;
}

/** An event as Slack shows it. */
export function slackMessage({ title, text, facts, id, at }: EventText): SlackMessage {
  return slackText({ title, facts, paragraphs: [text ?? '', `${id} at ${at.toISOString()}`] });
}

/** What came from elsewhere can be no markup of Slack's own, and calls nobody. */
export function slackText({ title, facts, paragraphs }: ChatText): SlackMessage {
  const lines = facts.map(
    ([name, value]) =>
      `*${escaped(fact(name), MOST.name)}:* ${escaped(fact(value), MOST.value) || '–'}`,
  );
  const parts = [
    `*${escaped(oneLine(title), MOST.title)}*`,
    ...lines,
    ...paragraphs.map((paragraph) => escaped(paragraph, MOST.paragraph)),
  ];
  return { text: parts.filter((part) => part !== '').join('\n') };
}

/** A code block that begins in one line would take in those that follow. */
function fact(text: string): string {
  return oneLine(text).replaceAll('`', "'");
}

/** The three characters that Slack asks to escape (https://api.slack.com/reference/surfaces/formatting). */
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Who is called by name alone, at services that take the same messages as Slack. */
const EVERYBODY = /@(?=(?:channel|here|everyone|all)\b)/gi;

function escaped(text: string, most: number): string {
  const silent = text.replaceAll(EVERYBODY, '@\u200b');
  return boundedText(silent, most, (character) => ENTITIES[character] ?? character);
}
