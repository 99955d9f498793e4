import { boundedText, oneLine } from './bounded-text.js';
import type { EventText } from './event-text.js';

/**
 * Longest parts, escaped. Discord takes contents of 2,000 characters, titles and names of 256, values of 1,024
 * and 6,000 in all of an embed (https://discord.com/developers/docs/resources/message#embed-object-embed-limits).
 */
const MOST = { content: 2_000, title: 256, name: 100, value: 400 } as const;

/** A message as Discord's incoming webhooks take it. */
export interface DiscordMessage {
  readonly content?: string;
  readonly embeds: readonly [
    {
      readonly title: string;
      readonly fields: readonly {
        readonly name: string;
        readonly value: string;
        readonly inline: boolean;
      }[];
      readonly footer: { readonly text: string };
      /** ISO 8601. */
      readonly timestamp: string;
    },
  ];
  readonly allowed_mentions: { readonly parse: readonly [] };
}

/** An event as Discord shows it. What came from elsewhere calls nobody, and hides no link behind a text. */
export function discordMessage({ title, text, facts, id, at }: EventText): DiscordMessage {
  const fields = facts.map(([name, value]) => ({
    name: boundedText(oneLine(name), MOST.name, escapeMarkdown) || '–',
    value:
      boundedText(value, MOST.value, PLAIN_URL.test(value) ? undefined : escapeMarkdown) || '–',
    inline: true,
  }));
  return {
    ...(text === null ? {} : { content: boundedText(text, MOST.content, escapeLinks) }),
    embeds: [
      {
        title: boundedText(title, MOST.title, escapeMarkdown),
        fields,
        footer: { text: id },
        timestamp: at.toISOString(),
      },
    ],
    allowed_mentions: { parse: [] },
  };
}

/** A URL that no markup can hide in: escaped it would not be a link any more. */
const PLAIN_URL = /^https?:\/\/[\w.~:/?#@!$&'+,;=%-]+$/;

/** Of what was not written for people, nothing is markup. */
function escapeMarkdown(character: string): string {
  return /[\\*_~`|<>[\]#]/.test(character) ? `\\${character}` : character;
}

/** A producer's own markup stays, but for `[text](url)` and `<…>`, which could show one thing and mean another. */
function escapeLinks(character: string): string {
  return /[[<]/.test(character) ? `\\${character}` : character;
}
